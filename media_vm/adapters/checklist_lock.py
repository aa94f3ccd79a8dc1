"""The lock that puts everything asked of a media in order: a deletion, the owner's wishes, a worker's results."""

from __future__ import annotations

from sqlmodel import Session, col, select

from media_vm.adapters.tables import ProcessingChecklist


def locked_checklist(session: Session, media_id: int) -> ProcessingChecklist | None:
    """Until the transaction's end; None: there is no such id. What was read before may be over by now."""
    whose = col(ProcessingChecklist.media_id) == media_id
    return session.exec(select(ProcessingChecklist).where(whose).with_for_update()).first()
