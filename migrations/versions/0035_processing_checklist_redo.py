"""A third thing that serve may ask for: a logo's face without background."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"


def upgrade() -> None:
    """Widen the ENUM of `processing_checklist.redo`; SQLite's is plain text already. Doing it twice is once."""
    if op.get_bind().dialect.name != "sqlite":
        asked = sa.Enum("retry", "crops", "face")
        op.alter_column("processing_checklist", "redo", type_=asked, existing_nullable=True)
