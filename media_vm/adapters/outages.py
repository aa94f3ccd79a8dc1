"""Parties that are away, in the database, so that every worker knows (`rules/outages.py`)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import Engine, func, update
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import Select

from media_vm.adapters.rows import cut
from media_vm.adapters.tables import MediaCallback, MediaEvent, MediaFile, MediaOutage, ProcessingChecklist
from media_vm.adapters.transactions import database_now, reading, transact
from media_vm.rules.checklist import Step
from media_vm.rules.failures import Failure, Kind
from media_vm.rules.outages import (
    ALIKE_WITHIN,
    BYTES_WAIT_FOR,
    LATEST,
    NEWS_WAITS_FOR,
    PROVIDERS,
    Alike,
    Outage,
    Party,
)
from media_vm.values import Media

ENOUGH = 50  # items alike: more would not change the answer


class DatabaseOutages:
    """The `Outages` port over SQLAlchemy. probe: how long a probe has the field to itself."""

    def __init__(self, engine: Engine, probe: timedelta) -> None:
        self._engine = engine
        self._probe = probe

    def open(self) -> Sequence[Outage]:
        """Every outage that has not ended."""
        with reading(self._engine) as session:
            return open_outages(session)

    def of(self, party: Party) -> Outage | None:
        """That party's outage, if it has one."""
        with reading(self._engine) as session:
            row = session.get(MediaOutage, party.value)
            return _outage_of(row) if row else None

    def admit(self, party: Party) -> datetime | None:
        """By compare-and-set: of all who come after its time, one moves it and goes."""
        return transact(self._engine, partial(_admit, party, self._probe))

    def note(self, outage: Outage) -> None:
        """It began, or goes on."""

        def write(session: Session) -> None:
            session.merge(
                MediaOutage(
                    party=outage.party.value,
                    since=outage.since,
                    until=outage.until,
                    kind=outage.kind.value,
                    reason=cut(outage.reason, 50),
                    fingerprint=outage.fingerprint,
                    failures=outage.failures,
                )
            )

        transact(self._engine, write)

    def end(self, party: Party) -> bool:
        """The party is back, and all that waited for it is due now; was it away until now?"""
        return transact(self._engine, partial(_end, party))

    def alike(self, media: Media, step: Step, failure: Failure) -> Alike:
        """Count the histories of the last hour, back to the step's last success."""
        with reading(self._engine) as session:
            others = session.exec(_alike(step, failure, _since(session, step))).all()
            users = {media.id: media.user_id, **dict(others)}
        return Alike(len(users), len(set(users.values())))


def open_outages(session: Session) -> Sequence[Outage]:
    """Every outage that has not ended, the longest first."""
    known = col(MediaOutage.party).in_([party.value for party in Party])  # an older version's are passed over
    return [
        _outage_of(row) for row in session.exec(select(MediaOutage).where(known).order_by(col(MediaOutage.since)))
    ]


def _outage_of(row: MediaOutage) -> Outage:
    return Outage(
        Party(row.party), row.since, row.until, Kind(row.kind), row.reason, row.fingerprint, row.failures
    )


def _admit(party: Party, probe: timedelta, session: Session) -> datetime | None:
    row = session.get(MediaOutage, party.value)
    now = database_now(session)
    if row is None:
        return None
    if now < row.until:
        return row.until
    seen, taken = row.until, now + probe
    move = update(MediaOutage).where(col(MediaOutage.party) == party.value, col(MediaOutage.until) == seen)
    is_ours = session.exec(move.values(until=taken)).rowcount > 0
    return None if is_ours else taken


def _end(party: Party, session: Session) -> bool:
    row = session.get(MediaOutage, party.value, with_for_update=True)
    if row is None:
        return False
    session.delete(row)
    _release_held(session, party, row.until + LATEST)
    return True


def _release_held(session: Session, party: Party, until: datetime) -> None:
    """One time for all that waits until then at the latest, so that the index's second column, the id, orders it
    by age. Whose own backoff is cut short loses nothing, but a look that is to prove something keeps its time."""
    row, now = ProcessingChecklist, database_now(session)
    waits: dict[str, datetime | None] = {"due_at": now}
    if party in NEWS_WAITS_FOR:
        held = select(row.media_id).where(col(row.due_at) <= until)
        news = col(MediaCallback.acknowledged_at).is_(None) & col(MediaCallback.due_at).between(now, until)
        session.exec(update(MediaCallback).where(col(MediaCallback.media_id).in_(held), news).values(due_at=now))
    if party in BYTES_WAIT_FOR:
        waits["not_before"] = None
    if party in PROVIDERS:
        waits["ai_not_before"] = None
    unproven = col(row.due_at) <= until, col(row.suspect_kind).is_(None)
    session.exec(update(row).where(*unproven).values(**waits))


def _since(session: Session, step: Step) -> datetime:
    """An hour ago, or when the step last succeeded for anybody."""
    hour_ago = database_now(session) - ALIKE_WITHIN
    succeeded = select(func.max(MediaEvent.at)).where(col(MediaEvent.name) == f"{step.value} completed")
    return max(hour_ago, session.exec(succeeded).one() or hour_ago)


def _alike(step: Step, failure: Failure, since: datetime) -> Select[int, int]:
    event = MediaEvent
    same = (
        select(event.media_id, MediaFile.user_id)
        .join(MediaFile, col(MediaFile.id) == col(event.media_id))
        .where(col(event.name) == f"{step.value} failed", col(event.at) > since)
        .where(col(event.reason) == cut(failure.reason, 50))
        .distinct()
        .limit(ENOUGH)
    )
    if failure.kind is Kind.PERMANENT:
        return same.where(col(event.fingerprint) == failure.fingerprint)
    return same
