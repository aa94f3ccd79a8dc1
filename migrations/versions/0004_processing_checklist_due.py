"""What a claim reads: the longest-due first, without sorting."""

from __future__ import annotations

from alembic import op

from migrations.guards import lacks_index

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Create `ix_processing_checklist_due`."""
    if lacks_index("processing_checklist", "ix_processing_checklist_due"):
        op.create_index("ix_processing_checklist_due", "processing_checklist", ["due_at", "id"])
