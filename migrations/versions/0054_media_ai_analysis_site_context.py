"""What is known of a picture within its site."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from migrations.columns import JSON
from migrations.guards import lacks_column

revision = "0054"
down_revision = "0053"


def upgrade() -> None:
    """Add `media_ai_analysis.site_context`."""
    if lacks_column("media_ai_analysis", "site_context"):
        op.add_column("media_ai_analysis", sa.Column("site_context", JSON, nullable=True))
