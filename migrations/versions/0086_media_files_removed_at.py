"""When nothing was left of a deleted media but its row."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from migrations.columns import TIME
from migrations.guards import lacks_column

revision = "0086"
down_revision = "0085"


def upgrade() -> None:
    """Add `media_files.removed_at`; what is there already is left as it is."""
    if lacks_column("media_files", "removed_at"):
        op.add_column("media_files", sa.Column("removed_at", TIME, nullable=True))
