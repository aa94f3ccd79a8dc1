"""What happened lately, over all media."""

from __future__ import annotations

from alembic import op

from migrations.guards import lacks_index

revision = "0030"
down_revision = "0029"


def upgrade() -> None:
    """Create `ix_media_events_name_at`."""
    if lacks_index("media_events", "ix_media_events_name_at"):
        op.create_index("ix_media_events_name_at", "media_events", ["name", "at"])
