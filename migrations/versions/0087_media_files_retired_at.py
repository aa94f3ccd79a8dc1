"""When retention took a media's original."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from migrations.columns import TIME
from migrations.guards import lacks_column

revision = "0087"
down_revision = "0086"


def upgrade() -> None:
    """Add `media_files.retired_at`; what is there already is left as it is."""
    if lacks_column("media_files", "retired_at"):
        op.add_column("media_files", sa.Column("retired_at", TIME, nullable=True))
