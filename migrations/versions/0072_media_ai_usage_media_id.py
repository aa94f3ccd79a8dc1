"""What one picture cost."""

from __future__ import annotations

from alembic import op

from migrations.guards import lacks_index

revision = "0072"
down_revision = "0071"


def upgrade() -> None:
    """Create `ix_media_ai_usage_media_id`."""
    if lacks_index("media_ai_usage", "ix_media_ai_usage_media_id"):
        op.create_index("ix_media_ai_usage_media_id", "media_ai_usage", ["media_id"])
