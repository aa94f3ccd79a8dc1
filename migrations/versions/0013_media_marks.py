"""When something last happened to the whole machine."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from migrations.columns import TABLE, TIME
from migrations.guards import lacks_table

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """Create `media_marks`."""
    if lacks_table("media_marks"):
        op.create_table(
            "media_marks",
            sa.Column("name", sa.String(length=50), nullable=False),
            sa.Column("at", TIME, nullable=False),
            sa.Column("note", sa.String(length=500), nullable=True),
            sa.PrimaryKeyConstraint("name"),
            **TABLE,
        )
