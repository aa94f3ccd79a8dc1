"""A second thing that serve may ask for: the cropped sizes again."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"


def upgrade() -> None:
    """Widen the ENUM of `processing_checklist.redo`; SQLite's is plain text already. Doing it twice is once."""
    if op.get_bind().dialect.name != "sqlite":
        op.alter_column("processing_checklist", "redo", type_=sa.Enum("retry", "crops"), existing_nullable=True)
