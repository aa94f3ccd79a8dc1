"""Whether the variants were made in a hurry."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from migrations.guards import lacks_column

revision = "0042"
down_revision = "0041"


def upgrade() -> None:
    """Add `processing_checklist.awaits_polish`; what is there already is left as it is."""
    if lacks_column("processing_checklist", "awaits_polish"):
        op.add_column(
            "processing_checklist", sa.Column("awaits_polish", sa.Boolean(), nullable=False, server_default="0")
        )
