"""Claims under a token: the same few queries on SQLite, MariaDB and MySQL (contract §5.2)."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import Engine, func
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from media_vm.adapters.rows import checklist_of, media_of, write_checklist
from media_vm.adapters.tables import MediaCallback, MediaFile, ProcessingChecklist
from media_vm.adapters.transactions import database_now, reading, transact
from media_vm.errors import LeaseLost
from media_vm.rules.checklist import Policy, give_back, spend
from media_vm.rules.outcomes import renewed
from media_vm.values import Claim

FREED_AT_ONCE = 100


class DatabaseLeases:
    """The `Leases` port over SQLAlchemy. While a row is leased its due_at is null, its expiry set."""

    def __init__(self, engine: Engine, policy: Policy, lease: timedelta) -> None:
        self._engine = engine
        self._policy = policy
        self._lease = lease

    def claim(self, worker: str) -> Claim | None:
        """Lock the longest-due row that nobody else is just taking, and put a new token on it."""
        return transact(self._engine, partial(self._take, worker, secrets.token_hex(16), []))

    def _take(self, worker: str, token: str, tried: list[int | None], session: Session) -> Claim | None:
        now = database_now(session)
        row = _taken_before(session, tried, token) or session.exec(longest_due(now)).first()
        if row is None:
            return None
        media = session.get_one(MediaFile, row.media_id)
        checklist = checklist_of(row, oldest_open(session, row.media_id))
        if row.lease_token != token:
            tried.append(row.id)
            checklist = spend(renewed(checklist), now, self._policy)
            write_checklist(checklist, row)
            row.worker_id, row.lease_token = worker, token
            row.lease_expires_at, row.due_at, row.updated_at = now + self._lease, None, now
            session.add(row)
            media.status = checklist.status  # a retry on request begins anew
            session.add(media)
        return Claim(media_of(media, checklist), token, now)

    def renew(self, claim: Claim) -> None:
        """Push the expiry; LeaseLost if the token is no longer ours."""

        def push(session: Session) -> None:
            row = held(session, claim)
            row.lease_expires_at = database_now(session) + self._lease
            session.add(row)

        transact(self._engine, push)

    def release(self, claim: Claim, due_at: datetime | None) -> None:
        """Keep the token (so that a late write of ours is still ours), clear the expiry."""

        def let_go(session: Session) -> None:
            row = held(session, claim)
            now = database_now(session)
            write_checklist(give_back(checklist_of(row, None)), row)
            row.lease_expires_at, row.updated_at = None, now
            asked_again = row.redo_counter != claim.media.checklist.redo_counter
            row.due_at = now if asked_again else due_at
            session.add(row)

        transact(self._engine, let_go)

    def free_expired(self) -> int:
        """Replace the token, so that who went silent can write nothing any more."""
        row = ProcessingChecklist
        with reading(self._engine) as session:  # the usual case writes nothing
            oldest = session.exec(select(func.min(row.lease_expires_at))).one()
            if oldest is None or oldest > database_now(session):
                return 0
        return transact(self._engine, _free)

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


def oldest_open(session: Session, media_id: int) -> MediaCallback | None:
    """The oldest event of a media that was not answered yet."""
    unanswered = select(MediaCallback).where(
        col(MediaCallback.media_id) == media_id, col(MediaCallback.acknowledged_at).is_(None)
    )
    return session.exec(unanswered.order_by(col(MediaCallback.id)).limit(1)).first()


def longest_due(now: datetime) -> SelectOfScalar[ProcessingChecklist]:
    """The row to claim, locked, in the order of the (due_at, id) index; one that is locked already is passed over.

    SQLite knows no row locks and needs none: there one transaction writes at a time.
    """
    row = ProcessingChecklist
    due = select(row).where(col(row.due_at) <= now).order_by(col(row.due_at), col(row.id)).limit(1)
    return due.with_for_update(skip_locked=True)


def _taken_before(session: Session, tried: list[int | None], token: str) -> ProcessingChecklist | None:
    """What an earlier run of this claim took, if it was committed and only its answer was lost."""
    if not tried:
        return None
    row = ProcessingChecklist
    ours = select(row).where(col(row.id).in_(tried), col(row.lease_token) == token).with_for_update()
    return session.exec(ours).first()


def _free(session: Session) -> int:
    row = ProcessingChecklist
    now = database_now(session)
    expired = session.exec(
        select(row).where(col(row.lease_expires_at) <= now).limit(FREED_AT_ONCE).with_for_update()
    ).all()
    for one in expired:
        write_checklist(give_back(checklist_of(one, None)), one)
        one.lease_token = secrets.token_hex(16)
        one.lease_expires_at, one.due_at = None, now
        session.add(one)
    return len(expired)
