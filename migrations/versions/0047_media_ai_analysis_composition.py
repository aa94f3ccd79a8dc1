"""How a picture is composed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from migrations.guards import lacks_column

revision = "0047"
down_revision = "0046"


def upgrade() -> None:
    """Add `media_ai_analysis.composition`."""
    if lacks_column("media_ai_analysis", "composition"):
        op.add_column("media_ai_analysis", sa.Column("composition", sa.String(length=500), nullable=True))
