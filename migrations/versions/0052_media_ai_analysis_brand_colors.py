"""A logo's colours."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from migrations.columns import JSON
from migrations.guards import lacks_column

revision = "0052"
down_revision = "0051"


def upgrade() -> None:
    """Add `media_ai_analysis.brand_colors`."""
    if lacks_column("media_ai_analysis", "brand_colors"):
        op.add_column("media_ai_analysis", sa.Column("brand_colors", JSON, nullable=True))
