"""What a media's text means, as a vector."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from migrations.columns import ID, NEVER_REUSED, TABLE, TIME
from migrations.guards import lacks_table

revision = "0076"
down_revision = "0075"


def upgrade() -> None:
    """Create `media_embeddings`."""
    if lacks_table("media_embeddings"):
        op.create_table(
            "media_embeddings",
            sa.Column("id", ID, autoincrement=True, nullable=False),
            sa.Column("media_id", ID, nullable=False),
            sa.Column("kind", sa.String(length=20), nullable=False),
            sa.Column("model", sa.String(length=100), nullable=False),
            sa.Column("dim", sa.Integer(), nullable=False),
            sa.Column("vec", sa.LargeBinary(), nullable=False),
            sa.Column("text_hash", sa.String(length=64), nullable=False),
            sa.Column("updated_at", TIME, nullable=False),
            sa.ForeignKeyConstraint(["media_id"], ["media_files.id"], ondelete="CASCADE"),
            sa.PrimaryKeyConstraint("id"),
            sa.UniqueConstraint("media_id", "kind", name="uq_media_embeddings"),
            **NEVER_REUSED,
            **TABLE,
        )
