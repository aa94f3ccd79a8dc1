"""What may be healed, found without reading the rest."""

from __future__ import annotations

from alembic import op

from migrations.guards import lacks_index

revision = "0023"
down_revision = "0022"


def upgrade() -> None:
    """Create `ix_processing_checklist_heal`."""
    if lacks_index("processing_checklist", "ix_processing_checklist_heal"):
        op.create_index("ix_processing_checklist_heal", "processing_checklist", ["heal_at"])
