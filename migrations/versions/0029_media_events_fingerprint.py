"""The bytes that a failure is about."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from migrations.guards import lacks_column

revision = "0029"
down_revision = "0028"


def upgrade() -> None:
    """Add `media_events.fingerprint`."""
    if lacks_column("media_events", "fingerprint"):
        op.add_column("media_events", sa.Column("fingerprint", sa.String(length=80), nullable=True))
