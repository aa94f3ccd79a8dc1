"""The categories of a picture."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from migrations.columns import JSON
from migrations.guards import lacks_column

revision = "0046"
down_revision = "0045"


def upgrade() -> None:
    """Add `media_ai_analysis.categories`."""
    if lacks_column("media_ai_analysis", "categories"):
        op.add_column("media_ai_analysis", sa.Column("categories", JSON, nullable=True))
