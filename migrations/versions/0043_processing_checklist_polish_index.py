"""The next picture to polish is found at once."""

from __future__ import annotations

from alembic import op

from migrations.guards import lacks_index

revision = "0043"
down_revision = "0042"


def upgrade() -> None:
    """Index `processing_checklist.awaits_polish`."""
    if lacks_index("processing_checklist", "ix_processing_checklist_polish"):
        op.create_index("ix_processing_checklist_polish", "processing_checklist", ["awaits_polish", "media_id"])
