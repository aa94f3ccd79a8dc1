"""Finding every row that names an original."""

from __future__ import annotations

from alembic import op

from migrations.guards import lacks_index

revision = "0099"
down_revision = "0097"


def upgrade() -> None:
    """Create `ix_media_files_bulk_path`, of as many characters as a key of MariaDB's always has room for."""
    if lacks_index("media_files", "ix_media_files_bulk_path"):
        op.create_index(
            "ix_media_files_bulk_path",
            "media_files",
            ["bulk_path"],
            mysql_length={"bulk_path": 191},
            mariadb_length={"bulk_path": 191},
        )
