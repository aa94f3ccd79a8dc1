"""Analyses that may be healed, found without reading the rest."""

from __future__ import annotations

from alembic import op

from migrations.guards import lacks_index

revision = "0024"
down_revision = "0023"


def upgrade() -> None:
    """Create `ix_processing_checklist_ai_heal`."""
    if lacks_index("processing_checklist", "ix_processing_checklist_ai_heal"):
        op.create_index("ix_processing_checklist_ai_heal", "processing_checklist", ["ai_heal_at"])
