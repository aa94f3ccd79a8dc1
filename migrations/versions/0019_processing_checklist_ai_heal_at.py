"""When a failed analysis may have a further round."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from migrations.columns import TIME
from migrations.guards import lacks_column

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    """Add `processing_checklist.ai_heal_at`."""
    if lacks_column("processing_checklist", "ai_heal_at"):
        op.add_column("processing_checklist", sa.Column("ai_heal_at", TIME, nullable=True))
