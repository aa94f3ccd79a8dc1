"""Their checklists."""

from __future__ import annotations

from alembic import op

from migrations.seed_copy import copy_checklists

revision = "0095"
down_revision = "0094"


def upgrade() -> None:
    """Copy `seed_processing_checklist`, in one transaction with this revision."""
    copy_checklists(op.get_bind())
