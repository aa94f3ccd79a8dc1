"""How often embedding a picture's text failed in a row."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from migrations.columns import NOUGHT
from migrations.guards import lacks_column

revision = "0078"
down_revision = "0077"


def upgrade() -> None:
    """Add `media_ai_analysis.embedding_tries`."""
    if lacks_column("media_ai_analysis", "embedding_tries"):
        op.add_column(
            "media_ai_analysis", sa.Column("embedding_tries", sa.Integer(), nullable=False, server_default=NOUGHT)
        )
