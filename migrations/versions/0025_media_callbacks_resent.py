"""How often an answered event was told again, its id being listed still."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from migrations.columns import NOUGHT
from migrations.guards import lacks_column

revision = "0025"
down_revision = "0024"


def upgrade() -> None:
    """Add `media_callbacks.resent`."""
    if lacks_column("media_callbacks", "resent"):
        op.add_column("media_callbacks", sa.Column("resent", sa.Integer(), nullable=False, server_default=NOUGHT))
