"""The next text to embed is found at once."""

from __future__ import annotations

from alembic import op

from migrations.guards import lacks_index

revision = "0079"
down_revision = "0078"


def upgrade() -> None:
    """Index `media_ai_analysis.embedding_due_at`."""
    if lacks_index("media_ai_analysis", "ix_media_ai_analysis_embedding"):
        op.create_index("ix_media_ai_analysis_embedding", "media_ai_analysis", ["embedding_due_at", "media_id"])
