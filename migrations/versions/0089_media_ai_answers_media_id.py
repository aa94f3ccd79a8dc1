"""The answers that were paid for a media are found at once."""

from __future__ import annotations

from alembic import op

from migrations.guards import lacks_index

revision = "0089"
down_revision = "0088"


def upgrade() -> None:
    """Create `ix_media_ai_answers_media_id`."""
    if lacks_index("media_ai_answers", "ix_media_ai_answers_media_id"):
        op.create_index("ix_media_ai_answers_media_id", "media_ai_answers", ["media_id"])
