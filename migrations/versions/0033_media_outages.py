"""Parties that are away, known to every worker."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from migrations.columns import TABLE, TIME
from migrations.guards import lacks_table

revision = "0033"
down_revision = "0032"


def upgrade() -> None:
    """Create `media_outages`."""
    if lacks_table("media_outages"):
        op.create_table(
            "media_outages",
            sa.Column("party", sa.String(length=20), nullable=False),
            sa.Column("since", TIME, nullable=False),
            sa.Column("until", TIME, nullable=False),
            sa.Column("kind", sa.String(length=20), nullable=False),
            sa.Column("reason", sa.String(length=50), nullable=False),
            sa.Column("fingerprint", sa.String(length=80), nullable=True),
            sa.PrimaryKeyConstraint("party"),
            **TABLE,
        )
