"""What was known of them."""

from __future__ import annotations

from alembic import op

from migrations.seed_copy import copy_analyses

revision = "0096"
down_revision = "0095"


def upgrade() -> None:
    """Copy `seed_media_ai_analysis`, in one transaction with this revision."""
    copy_analyses(op.get_bind())
