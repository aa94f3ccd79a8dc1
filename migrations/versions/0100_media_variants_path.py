"""Finding every row that names a variant's file."""

from __future__ import annotations

from alembic import op

from migrations.guards import lacks_index

revision = "0100"
down_revision = "0099"


def upgrade() -> None:
    """Create `ix_media_variants_path`, of as many characters as a key of MariaDB's always has room for."""
    if lacks_index("media_variants", "ix_media_variants_path"):
        op.create_index(
            "ix_media_variants_path",
            "media_variants",
            ["path"],
            mysql_length={"path": 191},
            mariadb_length={"path": 191},
        )
