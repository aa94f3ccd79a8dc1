"""Whether the bytes are those that quarantine kept."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from migrations.guards import lacks_column

revision = "0036"
down_revision = "0035"


def upgrade() -> None:
    """Add `processing_checklist.from_kept`."""
    if lacks_column("processing_checklist", "from_kept"):
        op.add_column(
            "processing_checklist", sa.Column("from_kept", sa.Boolean(), nullable=False, server_default="0")
        )
