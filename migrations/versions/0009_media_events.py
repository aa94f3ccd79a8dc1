"""One line a row of an item's history."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from migrations.columns import ID, NEVER_REUSED, TABLE, TIME
from migrations.guards import lacks_table

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Create `media_events`."""
    if lacks_table("media_events"):
        op.create_table(
            "media_events",
            sa.Column("id", ID, autoincrement=True, nullable=False),
            sa.Column("media_id", ID, nullable=False),
            sa.Column("at", TIME, nullable=False),
            sa.Column("name", sa.String(length=50), nullable=False),
            sa.Column("attempt", sa.Integer(), nullable=True),
            sa.Column(
                "kind",
                sa.Enum(
                    "permanent",
                    "absent",
                    "transient",
                    "timeout",
                    "local_resource",
                    "outage",
                    "misconfigured",
                    "poison",
                    name="kind",
                ),
                nullable=True,
            ),
            sa.Column("note", sa.String(length=500), nullable=True),
            sa.Column("ms", sa.Integer(), nullable=True),
            sa.Column("worker_id", sa.String(length=50), nullable=True),
            sa.ForeignKeyConstraint(["media_id"], ["media_files.id"], ondelete="CASCADE"),
            sa.PrimaryKeyConstraint("id"),
            **NEVER_REUSED,
            **TABLE,
        )
