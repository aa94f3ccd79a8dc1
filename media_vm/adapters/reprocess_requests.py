"""The queue of pictures that are to be made again, as an operator sees it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from sqlalchemy import Engine, delete, func, or_
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import Select

from media_vm.adapters.reprocess_table import MediaReprocess, columns_of_remake, remake_of
from media_vm.adapters.reprocessing import lack_in, under_way_in
from media_vm.adapters.rows import checklist_of
from media_vm.adapters.tables import MediaEvent, MediaFile, MediaMark, ProcessingChecklist
from media_vm.adapters.transactions import database_now, reading, transact
from media_vm.reprocess_ports import Candidate, Chosen, Progress, Trouble
from media_vm.rules.checklist import Step
from media_vm.rules.pictures import DataType
from media_vm.rules.reprocessing import Remake, RequestState

AT_ONCE = 500  # rows of one transaction
TROUBLES_TOLD = 20
OPEN = (RequestState.WAITING, RequestState.BEGUN)
TROUBLED = (RequestState.FAILED, RequestState.LEFT)


class DatabaseRequests:
    """The `Requests` port over SQLAlchemy."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def chosen(self, chosen: Chosen, remake: Remake, after: int, most: int) -> Sequence[Candidate]:
        """In order of id, which ids that are named stay in too."""
        with reading(self._engine) as session:
            found = session.exec(_those(chosen, after).limit(most)).all()
        return [_candidate(media, row, request, remake) for media, row, request in found]

    def begin_anew(self) -> None:
        """A few at a time, so that no transaction is long."""
        with reading(self._engine) as session:
            if session.exec(select(MediaReprocess.media_id).where(_is(*OPEN)).limit(1)).first() is not None:
                return
        while transact(self._engine, partial(_forget, (RequestState.DONE, *TROUBLED))) == AT_ONCE:
            pass

    def ask(self, media_ids: Sequence[int], remake: Remake) -> int:
        """So many a transaction; one that is run again finds the same, and changes nothing."""
        asked = 0
        for start in range(0, len(media_ids), AT_ONCE):
            some = sorted(media_ids[start : start + AT_ONCE])
            asked += transact(self._engine, partial(_ask, some, remake))
        return asked

    def waiting(self) -> int:
        """How many could be cancelled."""
        with reading(self._engine) as session:
            return session.exec(select(func.count()).where(_is(RequestState.WAITING))).one()

    def cancel(self) -> int:
        """A few at a time."""
        cancelled = 0
        while some := transact(self._engine, partial(_forget, (RequestState.WAITING,))):
            cancelled += some
        return cancelled

    def progress(self) -> Progress:
        """What has ended since a worker last looked counts as that."""
        row = MediaReprocess
        with reading(self._engine) as session:
            counted = session.exec(select(row.state, func.count()).group_by(col(row.state))).all()
            numbers = dict.fromkeys(RequestState, 0) | {RequestState(one): many for one, many in counted}
            for one in under_way_in(session):
                if one.state is not None:
                    numbers[RequestState.BEGUN] -= 1
                    numbers[one.state] += 1
            asked_at, begun_at = session.exec(select(func.min(row.asked_at), func.min(row.begun_at))).one()
            return Progress(database_now(session), numbers, asked_at, begun_at, tuple(_troubles(session)))

    def seconds(self, most: int) -> Mapping[DataType, Sequence[float]]:
        """By the history's own lines."""
        event, took = MediaEvent, defaultdict[DataType, list[float]](list)
        made = (
            select(MediaFile.data_type, event.ms)
            .join(MediaFile, col(MediaFile.id) == col(event.media_id))
            .where(col(event.name) == f"{Step.RESIZE_OPTIMIZE.value} completed", col(event.ms).is_not(None))
            .where(~func.coalesce(event.note, "").contains("polished"))
        )
        with reading(self._engine) as session:
            for kind, ms in session.exec(made.order_by(col(event.at).desc(), col(event.id).desc()).limit(most)):
                took[DataType(kind)].append((ms or 0) / 1000)
        return took


def _those(chosen: Chosen, after: int) -> Select[Any, Any, Any]:
    media, row, request = MediaFile, ProcessingChecklist, MediaReprocess
    those = (
        select(media, row, request)
        .join(row, col(row.media_id) == col(media.id))
        .outerjoin(request, col(request.media_id) == col(media.id))
        .where(col(media.id) > after, col(media.deleted_at).is_(None))
    )
    for column, values in (
        (media.id, chosen.ids),
        (media.data_type, chosen.data_types),
        (media.user_id, chosen.users),
    ):
        if values:
            those = those.where(col(column).in_(sorted(values)))
    if chosen.since:
        those = those.where(col(media.created_at) >= chosen.since)
    if chosen.until:
        those = those.where(col(media.created_at) < chosen.until)
    if chosen.is_degraded:
        those = those.where(col(row.degraded).is_not(None))
    if chosen.not_made_with is not None:
        other = or_(col(media.made_with).is_(None), col(media.made_with) != chosen.not_made_with)
        those = those.where(other)
    return those.order_by(col(media.id))


def _candidate(
    media: MediaFile, row: ProcessingChecklist, request: MediaReprocess | None, remake: Remake
) -> Candidate:
    assert media.id is not None
    lack = lack_in(media, checklist_of(row, None), remake)
    is_open = request is not None and request.state in OPEN
    known = remake_of(request) if is_open else None
    return Candidate(
        media.id,
        media.data_type,
        media.bulk_path,
        lack,
        is_asked=known is not None and known.with_also(remake) == known,
        is_under_way=request is not None and request.state is RequestState.BEGUN,
    )


def _ask(media_ids: Sequence[int], remake: Remake, session: Session) -> int:
    now, row = database_now(session), MediaReprocess
    locked = select(row).where(col(row.media_id).in_(media_ids)).order_by(col(row.media_id)).with_for_update()
    known, asked = {one.media_id: one for one in session.exec(locked)}, 0
    for media_id in media_ids:
        old, wanted = known.get(media_id), remake
        if old is not None and old.state is RequestState.BEGUN:
            continue
        if old is not None and old.state is RequestState.WAITING:
            wanted = remake_of(old).with_also(remake)
            if wanted == remake_of(old):
                continue
        new = old or MediaReprocess(media_id=media_id)
        new.state, new.asked_at = RequestState.WAITING, now
        new.begun_at, new.ended_at, new.worker_id, new.note = None, None, None, None
        for name, value in columns_of_remake(wanted).items():
            setattr(new, name, value)
        session.add(new)
        asked += 1
    if asked:
        session.merge(MediaMark(name="wake", at=now, note=f"reprocess {asked}"))
    return asked


def _forget(states: Sequence[RequestState], session: Session) -> int:
    row = MediaReprocess
    some = select(row.media_id).where(_is(*states)).order_by(col(row.media_id)).limit(AT_ONCE)
    ids = session.exec(some.with_for_update()).all()
    session.exec(delete(row).where(col(row.media_id).in_(ids), _is(*states)))
    return len(ids)


def _is(*states: RequestState) -> Any:
    return col(MediaReprocess.state).in_(states)


def _troubles(session: Session) -> Iterator[Trouble]:
    row = MediaReprocess
    ended = select(row).where(_is(*TROUBLED)).order_by(col(row.state), col(row.media_id)).limit(TROUBLES_TOLD)
    for one in session.exec(ended):
        yield Trouble(one.media_id, one.state, one.note or "")
