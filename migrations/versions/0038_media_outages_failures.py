"""How many failures an outage began and went on with."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from migrations.guards import lacks_column

revision = "0038"
down_revision = "0037"


def upgrade() -> None:
    """Add `media_outages.failures`."""
    if lacks_column("media_outages", "failures"):
        op.add_column("media_outages", sa.Column("failures", sa.Integer(), nullable=False, server_default="1"))
