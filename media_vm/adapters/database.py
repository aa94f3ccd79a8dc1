"""What is known of every media, written by the worker under its lease."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import timedelta
from functools import partial

import structlog
from sqlalchemy import Engine
from sqlmodel import Session, col, select

from media_vm.adapters.analysis_rows import analysis_of
from media_vm.adapters.leases import held, oldest_open
from media_vm.adapters.recording import history, take_in, write_event_due, write_outcome
from media_vm.adapters.rows import (
    checklist_of,
    cut,
    event_of,
    media_of,
    write_checklist,
)
from media_vm.adapters.tables import (
    MediaAIAnalysis,
    MediaFile,
    MediaMark,
    MediaVariant,
)
from media_vm.adapters.transactions import database_now, reading, transact
from media_vm.rules.analysis import Analysis
from media_vm.rules.callbacks import Event
from media_vm.rules.checklist import Checklist
from media_vm.rules.pictures import Format
from media_vm.values import Claim, Mark, Media, Original, Outcome, PendingImage

log = structlog.get_logger()

IDS_AT_ONCE = 500


class DatabaseStore:
    """The `Store` port over SQLAlchemy."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def remember(self, pending: Sequence[PendingImage]) -> int:
        """Ask for the known ids first, so that a poll that brings nothing new writes nothing."""
        new = 0
        for start in range(0, len(pending), IDS_AT_ONCE):
            some = {image.id: image for image in pending[start : start + IDS_AT_ONCE]}
            with reading(self._engine) as session:
                known = session.exec(select(MediaFile.main_api_id).where(col(MediaFile.main_api_id).in_(some)))
                unknown = [some[unknown] for unknown in some.keys() - set(known)]
            for image in sorted(unknown, key=lambda image: image.id):
                new += self._take_in(image)
        return new

    def _take_in(self, image: PendingImage) -> bool:
        def unless_known(session: Session) -> bool:
            known = select(MediaFile.id).where(col(MediaFile.main_api_id) == image.id)
            is_new = session.exec(known).first() is None  # another worker may have polled the same list
            if is_new:
                take_in(session, image, database_now(session))
            return is_new

        return transact(self._engine, unless_known)

    def record(self, claim: Claim, checklist: Checklist, outcome: Outcome) -> Media:
        """One transaction under the lease: the step, what it brought, what is to be told, the history."""
        write = secrets.token_hex(16)
        return transact(self._engine, partial(_record, claim, checklist, outcome, write))

    def keep_own(self, claim: Claim, own: Original) -> Media:
        """The shared original turned out to be gone: this media keeps its own."""

        def keep(session: Session) -> Media:
            row = held(session, claim)
            media = session.get_one(MediaFile, claim.media.id)
            media.bulk_path = own.path
            session.add(media)
            return media_of(media, checklist_of(row, oldest_open(session, claim.media.id)))

        return transact(self._engine, keep)

    def analysis(self, media_id: int) -> Analysis | None:
        """What is known of the picture so far."""
        with reading(self._engine) as session:
            row = session.exec(select(MediaAIAnalysis).where(col(MediaAIAnalysis.media_id) == media_id)).first()
            return analysis_of(row) if row else None

    def open_event(self, media_id: int) -> Event | None:
        """The oldest event that the main API has not answered yet."""
        with reading(self._engine) as session:
            row = oldest_open(session, media_id)
            pending_id = session.get_one(MediaFile, media_id).main_api_id
            return event_of(row, pending_id) if row and pending_id is not None else None

    def formats(self, media_id: int) -> frozenset[Format]:
        """Formats kept at any size."""
        with reading(self._engine) as session:
            kept = select(MediaVariant.format).where(
                col(MediaVariant.media_id) == media_id, col(MediaVariant.path).is_not(None)
            )
            return frozenset(Format(one) for one in session.exec(kept))

    def arrived_lately(self, other_than: int, within: timedelta) -> bool:
        """Did another media's bytes arrive within this time?"""
        with reading(self._engine) as session:
            since = database_now(session) - within
            other = select(MediaFile.id).where(
                col(MediaFile.id) != other_than, col(MediaFile.retrieved_at) > since
            )
            return session.exec(other.limit(1)).first() is not None

    def mark(self, name: str, note: str = "") -> None:
        """Remember that something happened to the whole machine now."""

        def make(session: Session) -> None:
            session.merge(MediaMark(name=name, at=database_now(session), note=cut(note, 500)))

        transact(self._engine, make)

    def marked(self, name: str) -> Mark | None:
        """When that last happened, and the note that was made of it."""
        with reading(self._engine) as session:
            row = session.get(MediaMark, name)
            return Mark(row.at, row.note or "") if row else None


def _record(claim: Claim, checklist: Checklist, outcome: Outcome, write: str, session: Session) -> Media:
    row = held(session, claim)
    media = session.get_one(MediaFile, claim.media.id)
    if row.last_write != write:  # else an earlier run was committed, and only its answer was lost
        now = database_now(session)
        write_outcome(session, media, outcome, now)
        write_event_due(session, claim.media.id, checklist, outcome, now)
        write_checklist(checklist, row)
        row.last_write, row.updated_at = write, now
        media.status, media.updated_at = checklist.status, now
        session.add_all([row, media, history(claim, row, outcome, now)])
        session.flush()
    return media_of(media, checklist_of(row, oldest_open(session, claim.media.id)))
