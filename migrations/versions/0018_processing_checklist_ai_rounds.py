"""Further rounds that healing gave an analysis."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from migrations.columns import NOUGHT
from migrations.guards import lacks_column

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    """Add `processing_checklist.ai_rounds`."""
    if lacks_column("processing_checklist", "ai_rounds"):
        op.add_column(
            "processing_checklist", sa.Column("ai_rounds", sa.Integer(), nullable=False, server_default=NOUGHT)
        )
