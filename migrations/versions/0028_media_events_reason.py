"""A failure's stable code, by which alike ones are found."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from migrations.guards import lacks_column

revision = "0028"
down_revision = "0027"


def upgrade() -> None:
    """Add `media_events.reason`."""
    if lacks_column("media_events", "reason"):
        op.add_column("media_events", sa.Column("reason", sa.String(length=50), nullable=True))
