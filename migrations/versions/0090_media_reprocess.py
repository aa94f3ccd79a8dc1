"""Pictures that an operator wants made again: a queue beside the checklists."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from migrations.columns import ID, TABLE, TIME
from migrations.guards import lacks_table

revision = "0090"
down_revision = "0089"


def upgrade() -> None:
    """Create `media_reprocess`; the constraint is its index, so that one statement makes both."""
    if lacks_table("media_reprocess"):
        op.create_table(
            "media_reprocess",
            sa.Column("media_id", ID, autoincrement=False, nullable=False),
            sa.Column(
                "state",
                sa.Enum("waiting", "begun", "done", "failed", "left", name="requeststate"),
                nullable=False,
            ),
            sa.Column("steps", sa.String(length=100), nullable=False),
            sa.Column("sizes", sa.String(length=100), nullable=True),
            sa.Column("formats", sa.String(length=100), nullable=True),
            sa.Column("asked_at", TIME, nullable=False),
            sa.Column("begun_at", TIME, nullable=True),
            sa.Column("ended_at", TIME, nullable=True),
            sa.Column("worker_id", sa.String(length=50), nullable=True),
            sa.Column("note", sa.String(length=500), nullable=True),
            sa.PrimaryKeyConstraint("media_id"),
            sa.ForeignKeyConstraint(["media_id"], ["media_files.id"], ondelete="CASCADE"),
            sa.UniqueConstraint("state", "media_id", name="uq_media_reprocess_state"),
            **TABLE,
        )
