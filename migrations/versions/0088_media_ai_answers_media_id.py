"""For which media an answer was paid: it goes with it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from migrations.columns import ID
from migrations.guards import lacks_column

revision = "0088"
down_revision = "0087"


def upgrade() -> None:
    """Add `media_ai_answers.media_id`; what is there already is left as it is."""
    if lacks_column("media_ai_answers", "media_id"):
        op.add_column("media_ai_answers", sa.Column("media_id", ID, nullable=True))
