"""Answers that were paid for once."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from migrations.columns import LONG_TEXT, TABLE, TIME
from migrations.guards import lacks_table

revision = "0074"
down_revision = "0073"


def upgrade() -> None:
    """Create `media_ai_answers`."""
    if lacks_table("media_ai_answers"):
        op.create_table(
            "media_ai_answers",
            sa.Column("id", sa.String(length=64), nullable=False),
            sa.Column("pixels", sa.String(length=64), nullable=False),
            sa.Column("provider", sa.String(length=20), nullable=False),
            sa.Column("model", sa.String(length=100), nullable=False),
            sa.Column("prompt_version", sa.String(length=50), nullable=False),
            sa.Column("context", sa.String(length=64), nullable=False),
            sa.Column("answer", LONG_TEXT, nullable=False),
            sa.Column("created_at", TIME, nullable=False),
            sa.Column("used_at", TIME, nullable=False),
            sa.PrimaryKeyConstraint("id"),
            **TABLE,
        )
