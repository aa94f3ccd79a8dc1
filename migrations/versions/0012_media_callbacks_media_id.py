"""One item's events for the main API."""

from __future__ import annotations

from alembic import op

from migrations.guards import lacks_index

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Create `ix_media_callbacks_media_id`."""
    if lacks_index("media_callbacks", "ix_media_callbacks_media_id"):
        op.create_index("ix_media_callbacks_media_id", "media_callbacks", ["media_id"])
