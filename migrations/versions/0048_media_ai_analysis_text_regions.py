"""Where in a picture text stands, which crops keep."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from migrations.columns import JSON
from migrations.guards import lacks_column

revision = "0048"
down_revision = "0047"


def upgrade() -> None:
    """Add `media_ai_analysis.text_regions`."""
    if lacks_column("media_ai_analysis", "text_regions"):
        op.add_column("media_ai_analysis", sa.Column("text_regions", JSON, nullable=True))
