"""When an item that was closed had a fresh round."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from migrations.columns import TIME
from migrations.guards import lacks_column

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    """Add `processing_checklist.renewed_at`."""
    if lacks_column("processing_checklist", "renewed_at"):
        op.add_column("processing_checklist", sa.Column("renewed_at", TIME, nullable=True))
