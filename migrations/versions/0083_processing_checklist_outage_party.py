"""Whose outage it was that an item failed in."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from migrations.guards import lacks_column

revision = "0083"
down_revision = "0079"


def upgrade() -> None:
    """Add `processing_checklist.outage_party`."""
    if lacks_column("processing_checklist", "outage_party"):
        op.add_column("processing_checklist", sa.Column("outage_party", sa.String(length=20), nullable=True))
