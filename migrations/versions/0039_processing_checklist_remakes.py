"""What part of the variants alone is to be made again."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from migrations.guards import lacks_column

revision = "0039"
down_revision = "0038"


def upgrade() -> None:
    """Add `processing_checklist.remakes`."""
    if lacks_column("processing_checklist", "remakes"):
        op.add_column(
            "processing_checklist", sa.Column("remakes", sa.Enum("retry", "crops", "face"), nullable=True)
        )
