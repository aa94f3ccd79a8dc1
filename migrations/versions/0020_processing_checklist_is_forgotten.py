"""The main API answered that it knows no such id."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from migrations.columns import NOUGHT
from migrations.guards import lacks_column

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    """Add `processing_checklist.is_forgotten`."""
    if lacks_column("processing_checklist", "is_forgotten"):
        op.add_column(
            "processing_checklist",
            sa.Column("is_forgotten", sa.Boolean(), nullable=False, server_default=NOUGHT),
        )
