"""What somebody asked for through serve or a command, as a line of the item's history."""

from __future__ import annotations

from sqlmodel import Session

from media_vm.adapters.tables import MediaEvent
from media_vm.adapters.transactions import database_now


def asked_line(session: Session, media_id: int, what: str) -> MediaEvent:
    """`asked`, with what for."""
    return MediaEvent(media_id=media_id, at=database_now(session), name="asked", note=what)
