"""What serve looks up."""

from __future__ import annotations

from alembic import op

from migrations.guards import lacks_index

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Create `ix_media_variants_media_id`."""
    if lacks_index("media_variants", "ix_media_variants_media_id"):
        op.create_index("ix_media_variants_media_id", "media_variants", ["media_id"])
