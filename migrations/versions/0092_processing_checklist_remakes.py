"""Variants may be made again because an operator wants them to."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0092"
down_revision = "0091"


def upgrade() -> None:
    """Widen the ENUM of `processing_checklist.remakes`; SQLite's is plain text already. Doing it twice is once."""
    if op.get_bind().dialect.name != "sqlite":
        asked = sa.Enum("retry", "crops", "face", "polish", "reprocess")
        op.alter_column("processing_checklist", "remakes", type_=asked, existing_nullable=True)
