"""What a day cost is summed from the index alone."""

from __future__ import annotations

from alembic import op

from migrations.guards import lacks_index

revision = "0071"
down_revision = "0070"


def upgrade() -> None:
    """Create `ix_media_ai_usage_at`."""
    if lacks_index("media_ai_usage", "ix_media_ai_usage_at"):
        op.create_index("ix_media_ai_usage_at", "media_ai_usage", ["at", "cost_micro_usd"])
