"""What is unfinished, among many that are finished."""

from __future__ import annotations

from alembic import op

from migrations.guards import lacks_index

revision = "0032"
down_revision = "0031"


def upgrade() -> None:
    """Create `ix_media_files_status`."""
    if lacks_index("media_files", "ix_media_files_status"):
        op.create_index("ix_media_files_status", "media_files", ["status", "id"])
