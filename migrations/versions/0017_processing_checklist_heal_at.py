"""When a failed item may have a further round."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from migrations.columns import TIME
from migrations.guards import lacks_column

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    """Add `processing_checklist.heal_at`."""
    if lacks_column("processing_checklist", "heal_at"):
        op.add_column("processing_checklist", sa.Column("heal_at", TIME, nullable=True))
