"""Whose turn it is to probe a party that is away."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from migrations.guards import lacks_column

revision = "0037"
down_revision = "0036"


def upgrade() -> None:
    """Add `processing_checklist.outage_turn`."""
    if lacks_column("processing_checklist", "outage_turn"):
        op.add_column(
            "processing_checklist", sa.Column("outage_turn", sa.Integer(), nullable=False, server_default="0")
        )
