"""What is known of a picture's content."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from migrations.columns import ID, JSON, LONG_TEXT, NEVER_REUSED, NOUGHT, TABLE, TIME
from migrations.guards import lacks_table

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Create `media_ai_analysis`."""
    if lacks_table("media_ai_analysis"):
        op.create_table(
            "media_ai_analysis",
            sa.Column("id", ID, autoincrement=True, nullable=False),
            sa.Column("media_id", ID, nullable=False),
            sa.Column("dominant_colors", JSON, nullable=True),
            sa.Column("detected_objects", JSON, nullable=True),
            sa.Column("detected_text", LONG_TEXT, nullable=True),
            sa.Column("style_classification", sa.String(length=255), nullable=True),
            sa.Column("medium_detected", sa.String(length=255), nullable=True),
            sa.Column("subject_matter", LONG_TEXT, nullable=True),
            sa.Column("quality_score", sa.Integer(), nullable=True),
            sa.Column("mood_keywords", JSON, nullable=True),
            sa.Column("confidence_score", sa.Float(), nullable=True),
            sa.Column("raw_google_response", JSON, nullable=True),
            sa.Column("raw_gpt4_response", JSON, nullable=True),
            sa.Column("created_at", TIME, nullable=False),
            sa.Column("description", LONG_TEXT, nullable=True),
            sa.Column("tags", JSON, nullable=True),
            sa.Column("palette", JSON, nullable=True),
            sa.Column("caption", sa.String(length=500), nullable=True),
            sa.Column("alt_text", sa.String(length=500), nullable=True),
            sa.Column("focal_x", sa.Float(), nullable=True),
            sa.Column("focal_y", sa.Float(), nullable=True),
            sa.Column("focal_source", sa.String(length=20), nullable=True),
            sa.Column("perceptual_hash", sa.String(length=16), nullable=True),
            sa.Column("thumbhash", sa.String(length=64), nullable=True),
            sa.Column("average_color", sa.String(length=7), nullable=True),
            sa.Column("has_transparency", sa.Boolean(), nullable=True),
            sa.Column("logo_likeness", sa.Float(), nullable=True),
            sa.Column("technical_score", sa.Integer(), nullable=True),
            sa.Column("technical_parts", JSON, nullable=True),
            sa.Column("is_ai_enhanced", sa.Boolean(), nullable=False, server_default=NOUGHT),
            sa.Column("generated_at", TIME, nullable=False),
            sa.ForeignKeyConstraint(["media_id"], ["media_files.id"], ondelete="CASCADE"),
            sa.PrimaryKeyConstraint("id"),
            sa.UniqueConstraint("media_id"),
            **NEVER_REUSED,
            **TABLE,
        )
