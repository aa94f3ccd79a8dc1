"""The queue of pictures that are to be made again, as a worker sees it (`rules/reprocessing.py`)."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from sqlalchemy import ColumnElement, Engine, and_, or_
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from media_vm.adapters.analysis_rows import analysis_of
from media_vm.adapters.asked_lines import asked_line
from media_vm.adapters.columns import Now
from media_vm.adapters.leases import oldest_open
from media_vm.adapters.reprocess_table import MediaReprocess, remake_of
from media_vm.adapters.rows import callback_row, checklist_of, cut, media_of, news_of, write_checklist
from media_vm.adapters.tables import MediaAIAnalysis, MediaFile, ProcessingChecklist
from media_vm.adapters.transactions import database_now, reading, transact
from media_vm.reprocess_ports import Request
from media_vm.rules.callbacks import Event
from media_vm.rules.checklist import Checklist, Step
from media_vm.rules.outcomes import announced
from media_vm.rules.owners_words import told_with
from media_vm.rules.reprocessing import Lack, Remake, RequestState, begun, ended, has_room, lack_of


def _asks_for(step: Step) -> ColumnElement[bool]:
    return col(MediaReprocess.steps).contains(step.value)


_MAKES_VARIANTS = _asks_for(Step.RESIZE_OPTIMIZE)


class DatabaseReprocessing:
    """The `Reprocessing` port over SQLAlchemy."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def next(self, worker: str, at_once: int, out_of_reach: Set[Step] = frozenset()) -> Request | None:
        """Two looks at the queue's index where nothing is asked for."""
        with reading(self._engine) as session:
            under_way = list(under_way_in(session))
        if over := [one.row.media_id for one in under_way if one.state is not None]:
            transact(self._engine, partial(_settle, over))
        own = [one for one in under_way if one.state is None and one.row.worker_id == worker]
        at_work, resting = ([remake_of(one.row) for one in own if one.rests is rests] for rests in (False, True))
        with reading(self._engine) as session:
            free = _free(database_now(session)).where(*(~_asks_for(step) for step in out_of_reach))
            kinds = (_MAKES_VARIANTS, ~_MAKES_VARIANTS)  # a description that waits for somebody keeps no core idle
            firsts = [session.exec(free.where(kind).limit(1)).first() for kind in kinds]
            roomy = [row for row in firsts if row and has_room(at_work, resting, remake_of(row), at_once)]
            if not roomy:
                return None
            row = min(roomy, key=lambda one: one.media_id)
            media = session.get_one(MediaFile, row.media_id)
            return Request(media_of(media, _checklist(session, row.media_id)), remake_of(row))

    def begin(self, request: Request, worker: str, news: Event | None) -> bool:
        """In one transaction; one that is run again although it was committed finds that, and does nothing."""
        return transact(self._engine, partial(_begin, request.media.id, worker, news))

    def asked_of(self, media_id: int) -> Remake | None:
        """What is to be made of it, if its request has begun."""
        with reading(self._engine) as session:
            row = session.get(MediaReprocess, media_id)
            return remake_of(row) if row and row.state is RequestState.BEGUN else None


@dataclass(frozen=True, slots=True)
class UnderWay:
    """A request that has begun. state: how it ended, if it has. rests: it waits for another try."""

    row: MediaReprocess
    state: RequestState | None
    checklist: Checklist
    rests: bool


def under_way_in(session: Session) -> Iterator[UnderWay]:
    """What has begun. They are few."""
    row, checklist = MediaReprocess, ProcessingChecklist
    rests = and_(col(checklist.due_at).is_not(None), col(checklist.due_at) > Now())
    begun_ones = (
        select(row, checklist, MediaFile.deleted_at, rests)
        .join(checklist, col(checklist.media_id) == col(row.media_id))
        .join(MediaFile, col(MediaFile.id) == col(row.media_id))
        .where(col(row.state) == RequestState.BEGUN)
    )
    for one, state, deleted_at, is_later in session.exec(begun_ones.order_by(col(row.media_id))):
        now = checklist_of(state, None)
        how = RequestState.LEFT if deleted_at else ended(now, remake_of(one))
        yield UnderWay(one, how, now, bool(is_later))


def _settle(media_ids: Sequence[int], session: Session) -> None:
    now = database_now(session)
    for one in list(under_way_in(session)):
        if one.row.media_id in media_ids and one.state is not None:
            one.row.state, one.row.ended_at, one.row.note = one.state, now, _note(one.state, one.checklist)
            session.add(one.row)


def _note(state: RequestState, checklist: Checklist) -> str | None:
    if state is RequestState.LEFT:
        return Lack.DELETED.value
    error = checklist.last_error
    if state is RequestState.DONE:
        return None
    return cut(f"{error.kind.value}: {error.reason}: {error.detail}", 500) if error else "nobody knows why"


def _free(now: datetime) -> SelectOfScalar[MediaReprocess]:
    """What waits, of media that nobody holds and that are not due now, in the order of the queue's index."""
    row, checklist = MediaReprocess, ProcessingChecklist
    is_idle = or_(col(checklist.due_at).is_(None), col(checklist.due_at) > now)
    waiting = select(row).join(checklist, col(checklist.media_id) == col(row.media_id))
    waiting = waiting.where(
        col(row.state) == RequestState.WAITING, col(checklist.lease_expires_at).is_(None), is_idle
    )
    return waiting.order_by(col(row.media_id))


def _begin(media_id: int, worker: str, news: Event | None, session: Session) -> bool:
    request = session.get(MediaReprocess, media_id, with_for_update=True)
    if request is None or request.state is not RequestState.WAITING:
        return False
    now = database_now(session)
    free = select(ProcessingChecklist).where(
        col(ProcessingChecklist.media_id) == media_id,
        col(ProcessingChecklist.lease_expires_at).is_(None),
        or_(col(ProcessingChecklist.due_at).is_(None), col(ProcessingChecklist.due_at) > now),
    )
    row = session.exec(free.with_for_update()).first()
    if row is None:
        return False
    media, remake = session.get_one(MediaFile, media_id), remake_of(request)
    checklist = checklist_of(row, news_of(oldest_open(session, media_id)))
    request.begun_at, request.worker_id = now, cut(worker, 50)
    session.add(request)
    if lack := lack_in(media, checklist, remake):
        request.state, request.ended_at, request.note = RequestState.LEFT, now, lack.value
        return True
    checklist = begun(checklist, remake)
    if news:
        session.add(callback_row(replace(news, body=_as_told(session, media_id, news)), media_id, now))
        checklist = announced(checklist, news.kind, now)
    write_checklist(checklist, row)
    row.lease_token = secrets.token_hex(16)  # a release whose answer was lost may not be written again
    row.due_at, row.updated_at = now, now
    request.state = RequestState.BEGUN
    session.add_all([row, asked_line(session, media_id, told_remake(remake))])
    return True


def lack_in(media: MediaFile, checklist: Checklist, remake: Remake) -> Lack | None:
    """What its rows say that it lacks to be made again."""
    if media.deleted_at is not None:
        return Lack.DELETED
    has_original = media_of(media, checklist).original is not None
    is_known_there = media.main_api_id is not None
    return lack_of(checklist, remake, has_original=has_original, is_known_there=is_known_there)


def _as_told(session: Session, media_id: int, news: Event) -> str | None:
    known = session.exec(select(MediaAIAnalysis).where(col(MediaAIAnalysis.media_id) == media_id)).first()
    return told_with(news.body, analysis_of(known) if known else None)


def _checklist(session: Session, media_id: int) -> Checklist:
    row = session.exec(select(ProcessingChecklist).where(col(ProcessingChecklist.media_id) == media_id)).one()
    return checklist_of(row, news_of(oldest_open(session, media_id)))


def told_remake(remake: Remake) -> str:
    """For its history: `again: resize_optimize (grid, avif)`."""
    steps = ", ".join(step.value for step in Step if step in remake.steps)
    parts = [one.value for one in (*sorted(remake.sizes), *sorted(remake.formats))]
    return f"again: {steps}" + (f" ({', '.join(parts)})" if parts else "")
