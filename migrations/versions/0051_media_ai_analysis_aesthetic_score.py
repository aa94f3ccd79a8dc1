"""A vision model's half of the quality."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from migrations.guards import lacks_column

revision = "0051"
down_revision = "0050"


def upgrade() -> None:
    """Add `media_ai_analysis.aesthetic_score`."""
    if lacks_column("media_ai_analysis", "aesthetic_score"):
        op.add_column("media_ai_analysis", sa.Column("aesthetic_score", sa.Integer(), nullable=True))
