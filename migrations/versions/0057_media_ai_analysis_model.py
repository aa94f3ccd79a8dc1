"""The vision model that was asked."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from migrations.guards import lacks_column

revision = "0057"
down_revision = "0056"


def upgrade() -> None:
    """Add `media_ai_analysis.model`."""
    if lacks_column("media_ai_analysis", "model"):
        op.add_column("media_ai_analysis", sa.Column("model", sa.String(length=100), nullable=True))
