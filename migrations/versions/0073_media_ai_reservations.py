"""Money set aside for AI calls under way."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from migrations.columns import ID, TABLE, TIME
from migrations.guards import lacks_table

revision = "0073"
down_revision = "0072"


def upgrade() -> None:
    """Create `media_ai_reservations`."""
    if lacks_table("media_ai_reservations"):
        op.create_table(
            "media_ai_reservations",
            sa.Column("token", sa.String(length=32), nullable=False),
            sa.Column("micro_usd", ID, nullable=False),
            sa.Column("expires_at", TIME, nullable=False),
            sa.Column("worker", sa.String(length=50), nullable=True),
            sa.PrimaryKeyConstraint("token"),
            **TABLE,
        )
