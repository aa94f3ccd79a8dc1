"""Ids that the seed gave out are never given out again, those of rows that were deleted included."""

from __future__ import annotations

from alembic import op

from migrations.seed_tables import MEDIA, next_id, seed_tables

revision = "0097"
down_revision = "0096"


def upgrade() -> None:
    """Number on where the seed's `media_files` would have; doing it twice is once."""
    seed = seed_tables(op.get_bind()).get(MEDIA)
    if seed and (following := next_id(op.get_bind(), seed)):
        op.execute(f"ALTER TABLE {MEDIA} AUTO_INCREMENT = {following}")
