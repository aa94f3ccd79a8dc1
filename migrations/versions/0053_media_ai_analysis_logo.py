"""What is known of a logo."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from migrations.columns import JSON
from migrations.guards import lacks_column

revision = "0053"
down_revision = "0052"


def upgrade() -> None:
    """Add `media_ai_analysis.logo`."""
    if lacks_column("media_ai_analysis", "logo"):
        op.add_column("media_ai_analysis", sa.Column("logo", JSON, nullable=True))
