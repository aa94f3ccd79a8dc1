"""Whose variants come next to be made again at leisure (`rules/polish.py`)."""

from __future__ import annotations

from sqlmodel import Session, col, select

from media_vm.adapters.tables import ProcessingChecklist
from media_vm.adapters.transactions import database_now
from media_vm.rules.checklist import Redo, StepStatus


def polish_next(session: Session) -> bool:
    """The oldest that awaits it and that nobody wants anything else of."""
    row = ProcessingChecklist
    idle = select(row).where(
        col(row.awaits_polish).is_(True),
        col(row.resize_optimize) == StepStatus.COMPLETED,
        col(row.due_at).is_(None),
        col(row.lease_expires_at).is_(None),
    )
    chosen = session.exec(idle.order_by(col(row.media_id)).limit(1).with_for_update(skip_locked=True)).first()
    if chosen is None:
        return False
    chosen.redo, chosen.redo_counter = Redo.POLISH, chosen.redo_counter + 1
    chosen.due_at = database_now(session)
    session.add(chosen)
    return True
