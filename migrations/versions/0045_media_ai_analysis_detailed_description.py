"""A longer description."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from migrations.columns import LONG_TEXT
from migrations.guards import lacks_column

revision = "0045"
down_revision = "0044"


def upgrade() -> None:
    """Add `media_ai_analysis.detailed_description`."""
    if lacks_column("media_ai_analysis", "detailed_description"):
        op.add_column("media_ai_analysis", sa.Column("detailed_description", LONG_TEXT, nullable=True))
