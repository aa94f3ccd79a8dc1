"""The database as `serve` sees it: it reads, and writes nothing but requests that a worker acts on."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from sqlalchemy import Engine
from sqlmodel import Session, col, select

from media_vm.adapters import showing
from media_vm.adapters.alt_text_choice import keep_alt_text
from media_vm.adapters.analysis_rows import analysis_of
from media_vm.adapters.asked_lines import asked_line
from media_vm.adapters.background_choice import choose_background
from media_vm.adapters.checklist_lock import locked_checklist
from media_vm.adapters.deleting import delete_media
from media_vm.adapters.engine import require_migrated
from media_vm.adapters.leases import oldest_open
from media_vm.adapters.media_list import list_media
from media_vm.adapters.news import news
from media_vm.adapters.retrying import retry_pending
from media_vm.adapters.rows import checklist_of, cut, made_of, news_of
from media_vm.adapters.tables import (
    MediaAIAnalysis,
    MediaFile,
    MediaMark,
    ProcessingChecklist,
)
from media_vm.adapters.transactions import database_now, looking, reading, transact
from media_vm.errors import NotMigrated
from media_vm.rules.analysis import FocalSource
from media_vm.rules.callbacks import analysis_body
from media_vm.rules.checklist import Redo
from media_vm.rules.pictures import Background, DataType, FocalPoint
from media_vm.rules.progress import AS_DELETED, status_body
from media_vm.rules.shown import (
    AltTextAnswer,
    BackgroundChoice,
    Deletion,
    News,
    Portrait,
    RefocusAnswer,
    RetryAnswer,
    Shown,
    Wanted,
)
from media_vm.rules.shown_analysis import page_body


class Readings:
    """What serve's `Shelf` asks for, over SQLAlchemy."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def look_up(self, media_id: int) -> Shown | None:
        """One media with its variants."""
        with looking(self._engine) as connection:
            return showing.look_up(connection, media_id)

    def news(self, remembered: Sequence[int]) -> News:
        """Which media changed within the last minute."""
        with reading(self._engine) as session:
            return news(session, remembered)

    def portrait(self, media_id: int) -> Portrait | None:
        """The same with what is known of its content."""
        with reading(self._engine) as session:
            return showing.portrait(session, media_id)

    def status(self, pending_image_id: int) -> dict[str, object] | None:
        """The body of contract §3's status; None if unknown."""
        with reading(self._engine) as session:
            found = _find(session, pending_image_id)
            if found is None:
                return None
            media, row = found
            assert media.id is not None
            checklist = checklist_of(row, news_of(oldest_open(session, media.id)))
            body = status_body(pending_image_id, media.id, checklist, row.due_at)
            return {**body, **AS_DELETED} if media.deleted_at else body

    def retry(self, pending_image_id: int) -> RetryAnswer:
        """Ask for a fresh round; the worker that claims it next begins anew."""
        return transact(self._engine, partial(retry_pending, pending_image_id))

    def refocus(self, media_id: int, focal_point: FocalPoint) -> RefocusAnswer:
        """Keep it as the owner's; the worker that claims it next makes the crops around it. A logo has none."""
        return transact(self._engine, partial(_refocus, media_id, focal_point))

    def keep_alt_text(self, media_id: int, alt_text: str) -> AltTextAnswer:
        """A person's words, which no analysis overwrites."""
        return transact(self._engine, partial(keep_alt_text, media_id, alt_text))

    def choose_background(self, media_id: int, background: Background) -> BackgroundChoice:
        """The owner's choice of a logo's face; one that was never made falls due."""
        return transact(self._engine, partial(choose_background, media_id, background))

    def delete(self, media_id: int) -> Deletion | None:
        """Nobody sees it from now on; the worker that claims it next removes it."""
        return transact(self._engine, partial(delete_media, media_id))

    def analysis(self, media_id: int) -> tuple[bool, dict[str, object] | None]:
        """Is the media known; its analysis as in the callback, with what a page shows meanwhile."""
        with reading(self._engine) as session:
            media = session.get(MediaFile, media_id)
            known = select(MediaAIAnalysis).where(col(MediaAIAnalysis.media_id) == media_id)
            row = session.exec(known).first()
            faces = made_of(session, media_id).backgrounds
        if media is None or media.deleted_at or row is None:
            return media is not None, None
        analysis = analysis_of(row)
        sides = {"width": media.width, "height": media.height}
        return True, analysis_body(analysis, media.data_type, faces) | page_body(analysis) | sides

    def list_media(self, wanted: Wanted) -> dict[str, object]:
        """One page of everything there is."""
        return list_media(self._engine, wanted)

    def wake(self, pending_image_ids: Sequence[int]) -> None:
        """A hint to resting workers."""
        named = ",".join(str(one) for one in pending_image_ids)
        transact(self._engine, lambda session: _wake(session, named))

    def is_ready(self) -> str | None:
        """None when ready, else one sentence that names the remedy."""
        try:
            require_migrated(self._engine)
        except NotMigrated as error:
            return str(error)
        return None


def _refocus(media_id: int, focal_point: FocalPoint, session: Session) -> RefocusAnswer:
    row = locked_checklist(session, media_id)  # a deletion that came before it is seen in the media
    media = session.get(MediaFile, media_id)
    if row is None or media is None or media.deleted_at is not None:
        return RefocusAnswer.UNKNOWN
    analysis = session.exec(select(MediaAIAnalysis).where(col(MediaAIAnalysis.media_id) == media_id)).first()
    if analysis is None or not row.has_variants:
        return RefocusAnswer.NOT_READY
    if media.retired_at is not None and media.data_type is not DataType.LOGO:
        return RefocusAnswer.NO_ORIGINAL  # there is nothing to cut crops from
    analysis.focal_x, analysis.focal_y = focal_point.x, focal_point.y
    analysis.focal_source = FocalSource.OWNER.value
    media.updated_at = database_now(session)  # a manifest tells it at once
    session.add_all(
        [media, analysis, asked_line(session, media_id, f"focal point {focal_point.x:g}, {focal_point.y:g}")]
    )
    if media.data_type is DataType.LOGO:
        return RefocusAnswer.ACCEPTED  # never cropped (contract §7): nothing is to be made again
    row.redo, row.redo_counter = Redo.CROPS, row.redo_counter + 1
    if row.lease_expires_at is None:
        row.due_at = database_now(session)
    session.add_all([row, _wake(session, f"focal {media_id}")])
    return RefocusAnswer.ACCEPTED


def _find(session: Session, pending_image_id: int) -> tuple[MediaFile, ProcessingChecklist] | None:
    both = select(MediaFile, ProcessingChecklist).join(
        ProcessingChecklist, col(ProcessingChecklist.media_id) == col(MediaFile.id)
    )
    return session.exec(both.where(col(MediaFile.main_api_id) == pending_image_id)).first()


def _wake(session: Session, note: str) -> MediaMark:
    return session.merge(MediaMark(name="wake", at=database_now(session), note=cut(note, 500)))
