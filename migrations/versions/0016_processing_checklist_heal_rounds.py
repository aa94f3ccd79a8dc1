"""Further rounds that healing gave an item."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from migrations.columns import NOUGHT
from migrations.guards import lacks_column

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    """Add `processing_checklist.heal_rounds`."""
    if lacks_column("processing_checklist", "heal_rounds"):
        op.add_column(
            "processing_checklist", sa.Column("heal_rounds", sa.Integer(), nullable=False, server_default=NOUGHT)
        )
