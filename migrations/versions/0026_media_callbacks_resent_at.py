"""When that was last."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from migrations.columns import TIME
from migrations.guards import lacks_column

revision = "0026"
down_revision = "0025"


def upgrade() -> None:
    """Add `media_callbacks.resent_at`."""
    if lacks_column("media_callbacks", "resent_at"):
        op.add_column("media_callbacks", sa.Column("resent_at", TIME, nullable=True))
