"""What was found of a picture's safety."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from migrations.columns import JSON
from migrations.guards import lacks_column

revision = "0055"
down_revision = "0054"


def upgrade() -> None:
    """Add `media_ai_analysis.safety`."""
    if lacks_column("media_ai_analysis", "safety"):
        op.add_column("media_ai_analysis", sa.Column("safety", JSON, nullable=True))
