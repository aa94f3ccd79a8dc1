"""One item's history."""

from __future__ import annotations

from alembic import op

from migrations.guards import lacks_index

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Create `ix_media_events_media_id`."""
    if lacks_index("media_events", "ix_media_events_media_id"):
        op.create_index("ix_media_events_media_id", "media_events", ["media_id"])
