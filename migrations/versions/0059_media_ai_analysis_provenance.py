"""Who said what of an analysis."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from migrations.columns import JSON
from migrations.guards import lacks_column

revision = "0059"
down_revision = "0058"


def upgrade() -> None:
    """Add `media_ai_analysis.provenance`."""
    if lacks_column("media_ai_analysis", "provenance"):
        op.add_column("media_ai_analysis", sa.Column("provenance", JSON, nullable=True))
