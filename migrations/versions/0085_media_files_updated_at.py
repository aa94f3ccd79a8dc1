"""What changed of late is found at once: serve asks twice a second."""

from __future__ import annotations

from alembic import op

from migrations.guards import lacks_index

revision = "0085"
down_revision = "0083"


def upgrade() -> None:
    """Create `ix_media_files_updated_at`."""
    if lacks_index("media_files", "ix_media_files_updated_at"):
        op.create_index("ix_media_files_updated_at", "media_files", ["updated_at"])
