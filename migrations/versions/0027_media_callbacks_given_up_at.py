"""When an event was insisted on for long enough."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from migrations.columns import TIME
from migrations.guards import lacks_column

revision = "0027"
down_revision = "0026"


def upgrade() -> None:
    """Add `media_callbacks.given_up_at`."""
    if lacks_column("media_callbacks", "given_up_at"):
        op.add_column("media_callbacks", sa.Column("given_up_at", TIME, nullable=True))
