"""One row a variant that serve may send."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from migrations.columns import ID, NEVER_REUSED, TABLE
from migrations.guards import lacks_table

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Create `media_variants`."""
    if lacks_table("media_variants"):
        op.create_table(
            "media_variants",
            sa.Column("id", ID, autoincrement=True, nullable=False),
            sa.Column("media_id", ID, nullable=False),
            sa.Column(
                "size",
                sa.Enum("thumbnail", "small", "grid", "detail", "header", "zoom", name="size"),
                nullable=False,
            ),
            sa.Column("format", sa.Enum("avif", "webp", "jpeg", "png", name="format"), nullable=False),
            sa.Column("bg", sa.Enum("original", "removed", name="background"), nullable=False),
            sa.Column("width", sa.Integer(), nullable=True),
            sa.Column("height", sa.Integer(), nullable=True),
            sa.Column("bytes", sa.Integer(), nullable=True),
            sa.Column("sha256", sa.String(length=64), nullable=True),
            sa.Column("path", sa.String(length=500), nullable=True),
            sa.Column("reason", sa.String(length=50), nullable=True),
            sa.ForeignKeyConstraint(["media_id"], ["media_files.id"], ondelete="CASCADE"),
            sa.PrimaryKeyConstraint("id"),
            sa.UniqueConstraint("media_id", "size", "format", "bg", name="uq_media_variants"),
            **NEVER_REUSED,
            **TABLE,
        )
