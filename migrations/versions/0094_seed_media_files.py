"""Media of the seed's own table, if the database began with it."""

from __future__ import annotations

from alembic import op

from migrations.seed_copy import copy_media

revision = "0094"
down_revision = "0093"


def upgrade() -> None:
    """Copy `seed_media_files`, in one transaction with this revision."""
    copy_media(op.get_bind())
