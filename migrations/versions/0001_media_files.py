"""One row a picture."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from migrations.columns import ID, NEVER_REUSED, TABLE, TIME
from migrations.guards import lacks_table

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create `media_files`."""
    if lacks_table("media_files"):
        op.create_table(
            "media_files",
            sa.Column("id", ID, autoincrement=True, nullable=False),
            sa.Column("main_api_id", ID, nullable=True),
            sa.Column("user_id", ID, nullable=False),
            sa.Column(
                "data_type",
                sa.Enum("product", "profile", "event", "logo", "sites", name="datatype"),
                nullable=False,
            ),
            sa.Column("original_name", sa.String(length=255), nullable=False),
            sa.Column("mime_type", sa.String(length=100), nullable=False),
            sa.Column("file_size", ID, nullable=True),
            sa.Column("bulk_path", sa.String(length=500), nullable=True),
            sa.Column("library_path", sa.String(length=500), nullable=True),
            sa.Column(
                "status",
                sa.Enum("downloading", "processing", "completed", "failed", name="mediastatus"),
                nullable=False,
            ),
            sa.Column("created_at", TIME, nullable=False),
            sa.Column("updated_at", TIME, nullable=False),
            sa.Column(
                "source",
                sa.Enum("main_api", "upload", "generation", name="source"),
                nullable=False,
                server_default="main_api",
            ),
            sa.Column("image_path", sa.String(length=500), nullable=False, server_default=""),
            sa.Column("sha256", sa.String(length=64), nullable=True),
            sa.Column("width", sa.Integer(), nullable=True),
            sa.Column("height", sa.Integer(), nullable=True),
            sa.Column("uploaded_at", TIME, nullable=True),
            sa.Column("retrieved_at", TIME, nullable=True),
            sa.Column("quarantined_at", TIME, nullable=True),
            sa.Column("processed_at", TIME, nullable=True),
            sa.Column("deleted_at", TIME, nullable=True),
            sa.Column("background_choice", sa.Enum("original", "removed", name="background"), nullable=True),
            sa.PrimaryKeyConstraint("id"),
            sa.UniqueConstraint("main_api_id"),
            **NEVER_REUSED,
            **TABLE,
        )
