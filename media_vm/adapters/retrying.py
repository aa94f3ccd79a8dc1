"""A fresh round for an item that failed, asked for by the main API or by an operator (contract §5.5)."""

from __future__ import annotations

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, select

from media_vm.adapters.asked_lines import asked_line
from media_vm.adapters.tables import MediaCallback, MediaFile, MediaMark, ProcessingChecklist
from media_vm.adapters.transactions import database_now
from media_vm.rules.callbacks import EventKind
from media_vm.rules.checklist import Redo
from media_vm.rules.pictures import MediaStatus
from media_vm.rules.shown import RetryAnswer


def retry_pending(pending_image_id: int, session: Session) -> RetryAnswer:
    """By the main API's id. The worker that claims it next begins anew."""
    return _retry(session, col(MediaFile.main_api_id) == pending_image_id)


def retry_media(media_id: int, session: Session) -> RetryAnswer:
    """By our id."""
    return _retry(session, col(MediaFile.id) == media_id)


def _retry(session: Session, is_it: ColumnElement[bool]) -> RetryAnswer:
    both = select(MediaFile, ProcessingChecklist).join(
        ProcessingChecklist, col(ProcessingChecklist.media_id) == col(MediaFile.id)
    )
    found = session.exec(both.where(is_it).with_for_update()).first()
    if found is None:
        return RetryAnswer.UNKNOWN
    media, row = found
    if media.deleted_at is not None:
        return RetryAnswer.DELETED
    if media.status is MediaStatus.COMPLETED:
        return RetryAnswer.COMPLETED
    if media.status is not MediaStatus.FAILED:
        return RetryAnswer.NOT_FAILED
    if not (media.bulk_path or media.quarantined_at) and _was_cleaned_up(session, row.media_id):
        return RetryAnswer.NO_BYTES
    if row.redo is Redo.RETRY:
        return RetryAnswer.ACCEPTED  # it was asked for already, and nobody has begun
    now = database_now(session)
    row.redo, row.redo_counter = Redo.RETRY, row.redo_counter + 1
    if row.lease_expires_at is None:
        row.due_at = now
    wake = session.merge(MediaMark(name="wake", at=now, note=f"retry {row.media_id}"))
    session.add_all([row, asked_line(session, row.media_id, "a fresh round"), wake])
    return RetryAnswer.ACCEPTED


def _was_cleaned_up(session: Session, media_id: int) -> bool:
    cleanup = select(MediaCallback.id).where(
        col(MediaCallback.media_id) == media_id, col(MediaCallback.kind) == EventKind.CLEANUP
    )
    return session.exec(cleanup.limit(1)).first() is not None
