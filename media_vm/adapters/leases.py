"""Claims under a token: the same few queries on SQLite, MariaDB and MySQL (contract §5.2)."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import structlog
from sqlalchemy import Connection, Engine, Row, Update, func
from sqlmodel import Session, col, select

from media_vm.adapters.lease_statements import (
    LONGEST_DUE,
    LONGEST_DUE_SUSPECT,
    MEDIA_WITH_NEWS,
    RELEASE,
    RELEASE_ALL,
    RENEW,
    TAKE,
    TAKEN_BEFORE,
)
from media_vm.adapters.rows import changes, checklist_of, media_of, open_event_of, write_checklist
from media_vm.adapters.tables import MediaCallback, MediaEvent, MediaFile, ProcessingChecklist
from media_vm.adapters.transactions import database_now, reading, transact
from media_vm.errors import Deleted, LeaseLost
from media_vm.rules.checklist import spend
from media_vm.rules.orphans import is_alarming, orphaned, patience
from media_vm.rules.policy import Policy
from media_vm.rules.rounds import renewed
from media_vm.values import Claim

FREED_AT_ONCE = 100

log = structlog.get_logger()


class DatabaseLeases:
    """The `Leases` port over SQLAlchemy. While a row is leased its due_at is null, its expiry set."""

    def __init__(self, engine: Engine, policy: Policy, lease: timedelta) -> None:
        self._engine = engine
        self._policy = policy
        self._lease = lease

    def claim(self, worker: str) -> Claim | None:
        """Lock the longest-due row that nobody else is just taking, and put a new token on it."""
        return transact(self._engine, partial(self._take, worker, secrets.token_hex(16), []))

    def _take(self, worker: str, token: str, tried: list[int], session: Session) -> Claim | None:
        database = session.connection()
        row = _taken_before(database, tried, token) or _longest_due(database)
        if row is None:
            return None
        read = database.execute(MEDIA_WITH_NEWS, {"media": row.media_id}).one()
        before = checklist = checklist_of(row, open_event_of(read))
        if row.lease_token != token:
            tried.append(row.id)
            # what is deleted takes no step any more: whoever has it removes it
            checklist = before if read.deleted_at else spend(renewed(before), row.now, self._policy)
            holder = {"worker_id": worker, "lease_token": token, "lease_expires_at": row.now + self._lease}
            written = {**holder, **changes(before, checklist), "due_at": None}
            database.execute(TAKE, {"row": row.id, **written})
            if checklist.status is not before.status:  # a retry on request begins anew
                session.get_one(MediaFile, row.media_id).status = checklist.status
        return Claim(media_of(read, checklist), token, row.now)

    def renew(self, claim: Claim) -> None:
        """Push the expiry; LeaseLost if the token is no longer ours."""

        def push(session: Session) -> None:
            _write_as_holder(session, RENEW, claim, expires=database_now(session) + self._lease)

        transact(self._engine, push)

    def release(self, claim: Claim, due_at: datetime | None) -> None:
        """Keep the token (so that a late write of ours is still ours), clear the expiry, and give an attempt back
        whose outcome is not recorded."""

        def let_go(session: Session) -> None:
            counter = claim.media.checklist.redo_counter
            try:
                _write_as_holder(session, RELEASE, claim, due=due_at, counter=counter)
            except LeaseLost:
                held(session, claim)  # still its token: an earlier run was committed, and only its answer was lost

        transact(self._engine, let_go)

    def release_all(self, worker: str) -> int:
        """A new token for all of them: a thread of that worker that is not through writes nothing any more."""
        names = {"worker": worker, "fresh": secrets.token_hex(16)}
        return transact(self._engine, lambda session: session.connection().execute(RELEASE_ALL, names).rowcount)

    def free_expired(self, chance: float) -> int:
        """Replace the token, so that who went silent can write nothing any more; its death is counted."""
        row = ProcessingChecklist
        with reading(self._engine) as session:  # the usual case writes nothing
            oldest = session.exec(select(func.min(row.lease_expires_at))).one()
            if oldest is None or oldest > database_now(session):
                return 0
        return transact(self._engine, partial(_free, self._policy, chance))

    def next_due(self) -> timedelta | None:
        """The sooner of the next due time and the next expiry, from now; never negative."""
        row = ProcessingChecklist
        with reading(self._engine) as session:
            now = database_now(session)
            due = session.exec(select(func.min(row.due_at))).one()
            expiry = session.exec(select(func.min(row.lease_expires_at))).one()
        times = [time for time in (due, expiry) if time is not None]
        return max(min(times) - now, timedelta(0)) if times else None


def held(session: Session, claim: Claim) -> ProcessingChecklist:
    """The claimed row, locked; LeaseLost unless its token is still the claim's."""
    row = session.exec(
        select(ProcessingChecklist)
        .where(
            col(ProcessingChecklist.media_id) == claim.media.id,
            col(ProcessingChecklist.lease_token) == claim.token,
        )
        .with_for_update()
    ).first()
    if row is None:
        raise LeaseLost(f"media {claim.media.id} is somebody else's now")
    return row


def alive(session: Session, claim: Claim) -> MediaFile:
    """The claimed media, locked against its deletion; Deleted if that came first."""
    whose = select(MediaFile).where(col(MediaFile.id) == claim.media.id)
    media = session.exec(whose.with_for_update()).one()
    if media.deleted_at is not None:
        raise Deleted(f"media {claim.media.id} was deleted")
    return media


def _write_as_holder(session: Session, statement: Update, claim: Claim, **values: object) -> None:
    whose = {"media": claim.media.id, "token": claim.token}
    if not session.connection().execute(statement, {**whose, **values}).rowcount:
        raise LeaseLost(f"media {claim.media.id} is somebody else's now")


def oldest_open(session: Session, media_id: int) -> MediaCallback | None:
    """The oldest event of a media that was not answered yet."""
    unanswered = select(MediaCallback).where(
        col(MediaCallback.media_id) == media_id,
        col(MediaCallback.acknowledged_at).is_(None),
        col(MediaCallback.given_up_at).is_(None),
    )
    return session.exec(unanswered.order_by(col(MediaCallback.id)).limit(1)).first()


def _longest_due(database: Connection) -> Row[*tuple[Any, ...]] | None:
    return database.execute(LONGEST_DUE).first() or database.execute(LONGEST_DUE_SUSPECT).first()


def _taken_before(database: Connection, tried: list[int], token: str) -> Row[*tuple[Any, ...]] | None:
    """What an earlier run of this claim took, if it was committed and only its answer was lost."""
    return database.execute(TAKEN_BEFORE, {"tried": tried, "token": token}).first() if tried else None


def _free(policy: Policy, chance: float, session: Session) -> int:
    row = ProcessingChecklist
    now = database_now(session)
    expired = session.exec(
        select(row).where(col(row.lease_expires_at) <= now).limit(FREED_AT_ONCE).with_for_update()
    ).all()
    for one in expired:
        checklist = orphaned(checklist_of(one, None))
        write_checklist(checklist, one)
        one.lease_token = secrets.token_hex(16)
        one.lease_expires_at, one.due_at = None, now + patience(checklist, policy, chance)
        died = MediaEvent(media_id=one.media_id, at=now, name="worker vanished", worker_id=one.worker_id)
        session.add_all([one, died])
        if is_alarming(checklist):
            log.error("workers_keep_vanishing", media_id=one.media_id, times=checklist.worker_deaths)
    return len(expired)
