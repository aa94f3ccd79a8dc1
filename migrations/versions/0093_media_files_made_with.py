"""With which settings a media's variants were made."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from migrations.guards import lacks_column

revision = "0093"
down_revision = "0092"


def upgrade() -> None:
    """Add `media_files.made_with`; NULL: nobody knows."""
    if lacks_column("media_files", "made_with"):
        op.add_column("media_files", sa.Column("made_with", sa.String(length=64), nullable=True))
