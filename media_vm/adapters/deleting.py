"""The request that a media be deleted: all that serve and the command line write of it (contract §3)."""

from __future__ import annotations

from sqlmodel import Session

from media_vm.adapters.checklist_lock import locked_checklist
from media_vm.adapters.tables import MediaEvent, MediaFile, MediaMark
from media_vm.adapters.transactions import database_now
from media_vm.rules.shown import Deletion


def delete_media(media_id: int, session: Session) -> Deletion | None:
    """It is gone for everybody who asks, and falls due for a worker, who removes it; None: there is no such id.

    Who holds it just now sees the counter moved, as after any request, and lets go of it at the end of its step.
    """
    row = locked_checklist(session, media_id)
    if row is None:
        return None
    media = session.get_one(MediaFile, media_id, with_for_update=True)
    if media.deleted_at is None:
        now = database_now(session)
        media.deleted_at = media.updated_at = now
        row.redo_counter += 1
        if row.lease_expires_at is None:
            row.due_at = now
        line = MediaEvent(media_id=media_id, at=now, name="deletion asked")
        session.add_all(
            [media, row, line, session.merge(MediaMark(name="wake", at=now, note=f"delete {media_id}"))]
        )
    return Deletion(media.deleted_at, is_removed=media.removed_at is not None)
