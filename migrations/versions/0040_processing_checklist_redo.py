"""A fourth thing that may be asked for: fewer bytes."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0040"
down_revision = "0039"


def upgrade() -> None:
    """Widen the ENUM of `processing_checklist.redo`; SQLite's is plain text already. Doing it twice is once."""
    if op.get_bind().dialect.name != "sqlite":
        asked = sa.Enum("retry", "crops", "face", "polish")
        op.alter_column("processing_checklist", "redo", type_=asked, existing_nullable=True)
