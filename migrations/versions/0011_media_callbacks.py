"""One row an event for the main API."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from migrations.columns import ID, LONG_TEXT, NEVER_REUSED, NOUGHT, TABLE, TIME
from migrations.guards import lacks_table

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Create `media_callbacks`."""
    if lacks_table("media_callbacks"):
        op.create_table(
            "media_callbacks",
            sa.Column("id", ID, autoincrement=True, nullable=False),
            sa.Column("media_id", ID, nullable=False),
            sa.Column("kind", sa.Enum("complete", "update", "cleanup", name="eventkind"), nullable=False),
            sa.Column("idempotency_key", sa.String(length=64), nullable=False),
            sa.Column("body", LONG_TEXT, nullable=True),
            sa.Column("created_at", TIME, nullable=False),
            sa.Column("due_at", TIME, nullable=False),
            sa.Column("attempts", sa.Integer(), nullable=False, server_default=NOUGHT),
            sa.Column("acknowledged_at", TIME, nullable=True),
            sa.Column("answer", sa.String(length=100), nullable=True),
            sa.ForeignKeyConstraint(["media_id"], ["media_files.id"], ondelete="CASCADE"),
            sa.PrimaryKeyConstraint("id"),
            sa.UniqueConstraint("idempotency_key"),
            **NEVER_REUSED,
            **TABLE,
        )
