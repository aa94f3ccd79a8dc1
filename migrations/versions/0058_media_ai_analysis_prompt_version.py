"""What the vision model was asked."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from migrations.guards import lacks_column

revision = "0058"
down_revision = "0057"


def upgrade() -> None:
    """Add `media_ai_analysis.prompt_version`."""
    if lacks_column("media_ai_analysis", "prompt_version"):
        op.add_column("media_ai_analysis", sa.Column("prompt_version", sa.String(length=50), nullable=True))
