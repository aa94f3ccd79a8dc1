"""Whether bytes arrive at all."""

from __future__ import annotations

from alembic import op

from migrations.guards import lacks_index

revision = "0031"
down_revision = "0030"


def upgrade() -> None:
    """Create `ix_media_files_retrieved_at`."""
    if lacks_index("media_files", "ix_media_files_retrieved_at"):
        op.create_index("ix_media_files_retrieved_at", "media_files", ["retrieved_at"])
