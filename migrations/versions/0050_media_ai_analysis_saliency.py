"""Where saliency finds the subject, beside the focal point that somebody else found."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from migrations.columns import JSON
from migrations.guards import lacks_column

revision = "0050"
down_revision = "0049"


def upgrade() -> None:
    """Add `media_ai_analysis.saliency`."""
    if lacks_column("media_ai_analysis", "saliency"):
        op.add_column("media_ai_analysis", sa.Column("saliency", JSON, nullable=True))
