"""Under which X-Request-ID a step asked the main API."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from migrations.guards import lacks_column

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    """Add `media_events.request_id`."""
    if lacks_column("media_events", "request_id"):
        op.add_column("media_events", sa.Column("request_id", sa.String(length=64), nullable=True))
