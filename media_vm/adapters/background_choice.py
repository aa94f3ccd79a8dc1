"""The owner's choice of a logo's face, and the face that was never made because nobody had asked for it."""

from __future__ import annotations

from sqlmodel import Session, col, select

from media_vm.adapters.asked_lines import asked_line
from media_vm.adapters.checklist_lock import locked_checklist
from media_vm.adapters.tables import MediaFile, MediaMark, MediaVariant
from media_vm.adapters.transactions import database_now
from media_vm.rules.checklist import Redo
from media_vm.rules.pictures import Background, DataType, NobodyThere
from media_vm.rules.shown import BackgroundAnswer, BackgroundChoice


def choose_background(media_id: int, background: Background, session: Session) -> BackgroundChoice:
    """Keep the choice; where the face without background was neither made nor refused yet, ask for it.

    A refusal of the machine's, for want of a remover, is none: the operator may have put that right.
    """
    row = locked_checklist(session, media_id)  # a deletion that came before it is seen in the media
    media = session.get(MediaFile, media_id)
    if row is None or media is None or media.deleted_at is not None:
        return BackgroundChoice(BackgroundAnswer.UNKNOWN)
    if media.data_type is not DataType.LOGO:
        return BackgroundChoice(BackgroundAnswer.NOT_A_LOGO)
    media.background_choice = background
    session.add_all([media, asked_line(session, media_id, f"background {background.value}")])
    is_removed = _is_removed(session, media_id)
    may_make = row.has_variants and media.retired_at is None
    if may_make and is_removed is None and background is Background.REMOVED:
        row.redo, row.redo_counter = Redo.FACE, row.redo_counter + 1
        now = database_now(session)
        if row.lease_expires_at is None:
            row.due_at = now
        session.add_all([row, session.merge(MediaMark(name="wake", at=now, note=f"background {media_id}"))])
    return BackgroundChoice(BackgroundAnswer.KEPT, is_removed)


def _is_removed(session: Session, media_id: int) -> bool | None:
    """Is there a face without background? None if nobody tried."""
    rows = select(MediaVariant.path, MediaVariant.reason).where(
        col(MediaVariant.media_id) == media_id, col(MediaVariant.bg) == Background.REMOVED
    )
    tried = [path for path, reason in session.exec(rows).all() if reason not in set(NobodyThere)]
    return any(path is not None for path in tried) if tried else None
