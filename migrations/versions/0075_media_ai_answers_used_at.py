"""Answers that nobody used for long are found at once."""

from __future__ import annotations

from alembic import op

from migrations.guards import lacks_index

revision = "0075"
down_revision = "0074"


def upgrade() -> None:
    """Create `ix_media_ai_answers_used_at`."""
    if lacks_index("media_ai_answers", "ix_media_ai_answers_used_at"):
        op.create_index("ix_media_ai_answers_used_at", "media_ai_answers", ["used_at"])
