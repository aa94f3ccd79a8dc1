"""The words by which a picture is found."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from migrations.columns import LONG_TEXT
from migrations.guards import lacks_column

revision = "0056"
down_revision = "0055"


def upgrade() -> None:
    """Add `media_ai_analysis.searchable_text`."""
    if lacks_column("media_ai_analysis", "searchable_text"):
        op.add_column("media_ai_analysis", sa.Column("searchable_text", LONG_TEXT, nullable=True))
