"""Whose words an alt text is: a human one is never overwritten."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from migrations.guards import lacks_column

revision = "0049"
down_revision = "0048"


def upgrade() -> None:
    """Add `media_ai_analysis.alt_text_source`."""
    if lacks_column("media_ai_analysis", "alt_text_source"):
        op.add_column("media_ai_analysis", sa.Column("alt_text_source", sa.String(length=20), nullable=True))
