"""What a picture is called."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from migrations.guards import lacks_column

revision = "0044"
down_revision = "0043"


def upgrade() -> None:
    """Add `media_ai_analysis.title`."""
    if lacks_column("media_ai_analysis", "title"):
        op.add_column("media_ai_analysis", sa.Column("title", sa.String(length=255), nullable=True))
