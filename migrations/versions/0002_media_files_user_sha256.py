"""Finding the same bytes of the same user."""

from __future__ import annotations

from alembic import op

from migrations.guards import lacks_index

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Create `ix_media_files_user_sha256`."""
    if lacks_index("media_files", "ix_media_files_user_sha256"):
        op.create_index("ix_media_files_user_sha256", "media_files", ["user_id", "sha256"])
