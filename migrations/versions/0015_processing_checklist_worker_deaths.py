"""Workers that vanished with an item in their hands."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from migrations.columns import NOUGHT
from migrations.guards import lacks_column

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    """Add `processing_checklist.worker_deaths`."""
    if lacks_column("processing_checklist", "worker_deaths"):
        op.add_column(
            "processing_checklist", sa.Column("worker_deaths", sa.Integer(), nullable=False, server_default=NOUGHT)
        )
