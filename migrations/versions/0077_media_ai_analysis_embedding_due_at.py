"""When a picture's text is to be embedded."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from migrations.columns import TIME
from migrations.guards import lacks_column

revision = "0077"
down_revision = "0076"


def upgrade() -> None:
    """Add `media_ai_analysis.embedding_due_at`; what is there already the first worker that embeds asks for."""
    if lacks_column("media_ai_analysis", "embedding_due_at"):
        op.add_column("media_ai_analysis", sa.Column("embedding_due_at", TIME, nullable=True))
