"""What decides about one media, and who works on it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from migrations.columns import ID, NEVER_REUSED, NOUGHT, TABLE, TIME
from migrations.guards import lacks_table

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Create `processing_checklist`."""
    if lacks_table("processing_checklist"):
        op.create_table(
            "processing_checklist",
            sa.Column("id", ID, autoincrement=True, nullable=False),
            sa.Column("media_id", ID, nullable=False),
            sa.Column("worker_id", sa.String(length=50), nullable=True),
            sa.Column(
                "retrieve_file", sa.Enum("pending", "completed", "failed", name="stepstatus"), nullable=False
            ),
            sa.Column("retrieve_file_attempts", sa.Integer(), nullable=False, server_default=NOUGHT),
            sa.Column(
                "ai_visual_analysis",
                sa.Enum("pending", "completed", "failed", name="stepstatus"),
                nullable=False,
            ),
            sa.Column("ai_visual_analysis_attempts", sa.Integer(), nullable=False, server_default=NOUGHT),
            sa.Column(
                "resize_optimize",
                sa.Enum("pending", "completed", "failed", name="stepstatus"),
                nullable=False,
            ),
            sa.Column("resize_optimize_attempts", sa.Integer(), nullable=False, server_default=NOUGHT),
            sa.Column(
                "update_callback",
                sa.Enum("pending", "completed", "failed", name="stepstatus"),
                nullable=False,
            ),
            sa.Column("update_callback_attempts", sa.Integer(), nullable=False, server_default=NOUGHT),
            sa.Column("created_at", TIME, nullable=False),
            sa.Column("updated_at", TIME, nullable=False),
            sa.Column("lease_token", sa.String(length=32), nullable=True),
            sa.Column("last_write", sa.String(length=32), nullable=True),
            sa.Column("lease_expires_at", TIME, nullable=True),
            sa.Column("due_at", TIME, nullable=True),
            sa.Column("not_before", TIME, nullable=True),
            sa.Column("ai_not_before", TIME, nullable=True),
            sa.Column(
                "running",
                sa.Enum("retrieve_file", "ai_visual_analysis", "resize_optimize", "update_callback", name="step"),
                nullable=True,
            ),
            sa.Column("has_variants", sa.Boolean(), nullable=False, server_default=NOUGHT),
            sa.Column("degraded", sa.String(length=20), nullable=True),
            sa.Column("redo", sa.Enum("retry", name="redo"), nullable=True),
            sa.Column("redo_counter", sa.Integer(), nullable=False, server_default=NOUGHT),
            sa.Column("deaths", sa.Integer(), nullable=False, server_default=NOUGHT),
            sa.Column("crash_deaths", sa.Integer(), nullable=False, server_default=NOUGHT),
            sa.Column(
                "suspect_kind",
                sa.Enum(
                    "permanent",
                    "absent",
                    "transient",
                    "timeout",
                    "local_resource",
                    "outage",
                    "misconfigured",
                    "poison",
                    name="kind",
                ),
                nullable=True,
            ),
            sa.Column("suspect_reason", sa.String(length=50), nullable=True),
            sa.Column("suspect_detail", sa.String(length=500), nullable=True),
            sa.Column("suspect_fingerprint", sa.String(length=80), nullable=True),
            sa.Column("absent_since", TIME, nullable=True),
            sa.Column("looks", sa.Integer(), nullable=False, server_default=NOUGHT),
            sa.Column("last_error", sa.String(length=500), nullable=True),
            sa.Column("last_error_reason", sa.String(length=50), nullable=True),
            sa.Column(
                "last_error_kind",
                sa.Enum(
                    "permanent",
                    "absent",
                    "transient",
                    "timeout",
                    "local_resource",
                    "outage",
                    "misconfigured",
                    "poison",
                    name="kind",
                ),
                nullable=True,
            ),
            sa.Column(
                "last_error_step",
                sa.Enum("retrieve_file", "ai_visual_analysis", "resize_optimize", "update_callback", name="step"),
                nullable=True,
            ),
            sa.ForeignKeyConstraint(["media_id"], ["media_files.id"], ondelete="CASCADE"),
            sa.PrimaryKeyConstraint("id"),
            sa.UniqueConstraint("media_id"),
            **NEVER_REUSED,
            **TABLE,
        )
