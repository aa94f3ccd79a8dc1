"""Finding leases that ran out."""

from __future__ import annotations

from alembic import op

from migrations.guards import lacks_index

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Create `ix_processing_checklist_lease`."""
    if lacks_index("processing_checklist", "ix_processing_checklist_lease"):
        op.create_index("ix_processing_checklist_lease", "processing_checklist", ["lease_expires_at"])
