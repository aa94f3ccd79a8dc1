"""What is known of every media, written by the worker under its lease."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial

import structlog
from sqlalchemy import Engine, delete
from sqlmodel import Session, col, select

from media_vm.adapters.analysis_rows import analysis_of
from media_vm.adapters.healing import heal
from media_vm.adapters.leases import alive, held, oldest_open
from media_vm.adapters.listing import listed_again, withdraw_unlisted
from media_vm.adapters.polishing import polish_next
from media_vm.adapters.recording import history, take_in, write_event_due, write_outcome
from media_vm.adapters.removing import DatabaseRemovals
from media_vm.adapters.rows import (
    checklist_of,
    cut,
    event_of,
    kept_of,
    made_of,
    media_of,
    news_of,
    write_checklist,
)
from media_vm.adapters.site_facts import site_facts
from media_vm.adapters.tables import MediaAIAnalysis, MediaFile, MediaMark
from media_vm.adapters.transactions import database_now, reading, transact
from media_vm.errors import Deleted
from media_vm.failpoints import failpoint
from media_vm.rules.analysis import Analysis
from media_vm.rules.callbacks import Event, EventKind
from media_vm.rules.checklist import Checklist
from media_vm.rules.healing import HEALING
from media_vm.rules.known import Known, SiteKnown, known_of
from media_vm.rules.pictures import DataType, Made, Variant
from media_vm.rules.policy import Policy
from media_vm.values import WORKER_MARK, Claim, Mark, Media, Original, Outcome, PendingList

log = structlog.get_logger()

IDS_AT_ONCE = 500
TAKEN_IN_AT_ONCE = 50  # commits cost more than rows, and others wait meanwhile
SILENT_FOR = timedelta(days=1)


class DatabaseStore(DatabaseRemovals):
    """The `Store` port over SQLAlchemy."""

    def __init__(self, engine: Engine, policy: Policy) -> None:
        super().__init__(engine)
        self._policy = policy

    def now(self) -> datetime:
        """The database's time."""
        with reading(self._engine) as session:
            return database_now(session)

    def remember(self, pending: PendingList, poll_began: datetime) -> int:
        """Ask for the known ids first, so that a poll that brings nothing new writes nothing."""
        new, images = 0, pending.images
        for start in range(0, len(images), IDS_AT_ONCE):
            some = {image.id: image for image in images[start : start + IDS_AT_ONCE]}
            with reading(self._engine) as session:
                asked = select(MediaFile.main_api_id).where(col(MediaFile.main_api_id).in_(some))
                known = [one for one in session.exec(asked) if one is not None]
            listed_again(self._engine, some, known, poll_began, self._policy)
            unknown = sorted(some.keys() - set(known))  # everybody in the same order, so that nobody deadlocks
            for few in range(0, len(unknown), TAKEN_IN_AT_ONCE):
                taken = [some[one] for one in unknown[few : few + TAKEN_IN_AT_ONCE]]
                new += transact(self._engine, partial(take_in, taken))
        if pending.is_whole:
            withdraw_unlisted(self._engine, {image.id: image for image in images}, poll_began)
        return new

    def heal(self) -> int:
        """Further rounds for those whose time has come, if the last healing is long enough ago."""
        with reading(self._engine) as session:  # the usual case writes nothing
            mark = session.get(MediaMark, HEALING)
            if mark and database_now(session) - mark.at < self._policy.idle:
                return 0
        return transact(self._engine, partial(heal, self._policy))

    def polish_next(self) -> bool:
        """Ask for one more picture's variants in fewer bytes; is there one that awaits it?"""
        return transact(self._engine, polish_next)

    def record(self, claim: Claim, checklist: Checklist, outcome: Outcome) -> Media:
        """One transaction under the lease: the step, what it brought, what is to be told, the history."""
        write = secrets.token_hex(16)
        return transact(self._engine, partial(_record, claim, checklist, outcome, write))

    def keep_own(self, claim: Claim, own: Original) -> Media:
        """The shared original turned out to be gone: this media keeps its own."""

        def keep(session: Session) -> Media:
            row = held(session, claim)
            media = alive(session, claim)
            media.bulk_path = own.path
            session.add(media)
            return media_of(media, checklist_of(row, news_of(oldest_open(session, claim.media.id))))

        return transact(self._engine, keep)

    def analysis(self, media_id: int) -> Analysis | None:
        """What is known of the picture so far."""
        with reading(self._engine) as session:
            row = session.exec(select(MediaAIAnalysis).where(col(MediaAIAnalysis.media_id) == media_id)).first()
            return analysis_of(row) if row else None

    def known(self, media: Media) -> Known:
        """Its owner's words, and for logos and sites what is known of that user."""
        with reading(self._engine) as session:
            row = session.exec(select(MediaAIAnalysis).where(col(MediaAIAnalysis.media_id) == media.id)).first()
            needs_site = media.data_type in (DataType.LOGO, DataType.SITES)
            site = site_facts(session, media.user_id, media.id) if needs_site else SiteKnown()
        return known_of(media.data_type, media.original_name, analysis_of(row) if row else None, site)

    def open_event(self, media_id: int) -> Event | None:
        """The oldest event that the main API has not answered yet."""
        with reading(self._engine) as session:
            row, media = oldest_open(session, media_id), session.get_one(MediaFile, media_id)
            if media.deleted_at is not None:
                raise Deleted(f"media {media_id} is told no more")
            return event_of(row, media.main_api_id) if row and media.main_api_id is not None else None

    def made(self, media_id: int) -> Made:
        """Formats and faces kept at any size."""
        with reading(self._engine) as session:
            return made_of(session, media_id)

    def kept(self, media_id: int) -> Sequence[Variant]:
        """Every variant that is kept."""
        with reading(self._engine) as session:
            return kept_of(session, media_id)

    def arrived_lately(self, other_than: int, within: timedelta) -> bool:
        """Did another media's bytes arrive within this time?"""
        with reading(self._engine) as session:
            since = database_now(session) - within
            other = select(MediaFile.id).where(
                col(MediaFile.id) != other_than, col(MediaFile.retrieved_at) > since
            )
            return session.exec(other.limit(1)).first() is not None

    def sign_on(self, worker: str) -> None:
        """This worker lives; those that were silent for a day are forgotten."""

        def renew(session: Session) -> None:
            now, is_worker = database_now(session), col(MediaMark.name).startswith(WORKER_MARK)
            session.exec(delete(MediaMark).where(is_worker, col(MediaMark.at) < now - SILENT_FOR))
            session.merge(MediaMark(name=_mark_of(worker), at=now, note=""))

        transact(self._engine, renew)

    def sign_off(self, worker: str) -> None:
        """This worker ends in good order."""
        gone = delete(MediaMark).where(col(MediaMark.name) == _mark_of(worker))
        transact(self._engine, lambda session: session.exec(gone))

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


def _mark_of(worker: str) -> str:
    return cut(f"{WORKER_MARK}{worker}", 50)


def _record(claim: Claim, checklist: Checklist, outcome: Outcome, write: str, session: Session) -> Media:
    row = held(session, claim)
    media = alive(session, claim)
    if row.last_write != write:  # else an earlier run was committed, and only its answer was lost
        now = database_now(session)
        write_outcome(session, media, outcome, now, has_variants=row.has_variants)
        write_event_due(session, claim.media.id, checklist, outcome, now)
        write_checklist(checklist, row)
        row.last_write, row.updated_at = write, now
        media.status, media.updated_at = checklist.status, now
        if outcome.answered and outcome.answered.kind is EventKind.CLEANUP:
            row.closed_at = now
        session.add_all([row, media])
        if not outcome.is_held:
            session.add(history(claim, row, outcome, now))
        session.flush()
        failpoint("recording")
    return media_of(media, checklist_of(row, news_of(oldest_open(session, claim.media.id))))
