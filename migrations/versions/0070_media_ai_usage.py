"""One row an AI call, with what it cost."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from migrations.columns import ID, JSON, NEVER_REUSED, TABLE, TIME
from migrations.guards import lacks_table

revision = "0070"
down_revision = "0059"


def upgrade() -> None:
    """Create `media_ai_usage`."""
    if lacks_table("media_ai_usage"):
        op.create_table(
            "media_ai_usage",
            sa.Column("id", ID, autoincrement=True, nullable=False),
            sa.Column("at", TIME, nullable=False),
            sa.Column("media_id", ID, nullable=True),
            sa.Column("provider", sa.String(length=20), nullable=False),
            sa.Column("model", sa.String(length=100), nullable=False),
            sa.Column("task", sa.String(length=20), nullable=False),
            sa.Column("prompt_version", sa.String(length=50), nullable=False),
            sa.Column("tokens_in", sa.Integer(), nullable=True),
            sa.Column("tokens_cached", sa.Integer(), nullable=True),
            sa.Column("tokens_out", sa.Integer(), nullable=True),
            sa.Column("tokens_reasoning", sa.Integer(), nullable=True),
            sa.Column("units", JSON, nullable=True),
            sa.Column("cost_micro_usd", ID, nullable=True),
            sa.Column(
                "cost_source", sa.Enum("reported", "computed", "unknown", name="costsource"), nullable=False
            ),
            sa.Column("request_id", sa.String(length=100), nullable=True),
            sa.Column("ms", sa.Integer(), nullable=False),
            sa.Column("reason", sa.String(length=50), nullable=True),
            sa.Column("worker", sa.String(length=50), nullable=True),
            sa.Column("token", sa.String(length=32), nullable=False),
            sa.PrimaryKeyConstraint("id"),
            sa.UniqueConstraint("token"),
            **NEVER_REUSED,
            **TABLE,
        )
