"""When an item was cleaned up or withdrawn."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from migrations.columns import TIME
from migrations.guards import lacks_column

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    """Add `processing_checklist.closed_at`."""
    if lacks_column("processing_checklist", "closed_at"):
        op.add_column("processing_checklist", sa.Column("closed_at", TIME, nullable=True))
