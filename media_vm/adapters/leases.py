"""Claims by compare-and-set: the same few queries on SQLite, MariaDB and MySQL (contract §5.2)."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from sqlalchemy import Engine, func
from sqlmodel import Session, col, select

from media_vm.adapters.rows import checklist_of, media_of, write_checklist
from media_vm.adapters.tables import MediaCallback, MediaFile, ProcessingChecklist
from media_vm.adapters.transactions import database_now, reading, writing
from media_vm.errors import LeaseLost
from media_vm.rules.checklist import Policy, give_back, spend
from media_vm.rules.outcomes import renewed
from media_vm.values import Claim

CANDIDATES = 16
FREED_AT_ONCE = 100


class DatabaseLeases:
    """The `Leases` port over SQLAlchemy. While a row is leased its due_at is null, its expiry set."""

    def __init__(self, engine: Engine, policy: Policy, lease: timedelta) -> None:
        self._engine = engine
        self._policy = policy
        self._lease = lease

    def claim(self, worker: str) -> Claim | None:
        """Read a few candidates, then try to take them one by one; who comes second takes the next."""
        with reading(self._engine) as session:
            now = database_now(session)
            row = ProcessingChecklist
            due = select(row.id).where(col(row.due_at) <= now)
            candidates = session.exec(due.order_by(col(row.due_at), col(row.id)).limit(CANDIDATES)).all()
        for candidate in candidates:
            if claim := self._take(candidate, worker):
                return claim
        return None

    def _take(self, checklist_id: int | None, worker: str) -> Claim | None:
        with writing(self._engine) as session:
            now = database_now(session)
            row = session.exec(
                select(ProcessingChecklist)
                .where(col(ProcessingChecklist.id) == checklist_id, col(ProcessingChecklist.due_at) <= now)
                .with_for_update()
            ).first()
            if row is None:
                return None
            known = checklist_of(row, oldest_open(session, row.media_id))
            checklist = spend(renewed(known), now, self._policy)
            write_checklist(checklist, row)
            row.worker_id, row.lease_token = worker, secrets.token_hex(16)
            row.lease_expires_at, row.due_at, row.updated_at = now + self._lease, None, now
            session.add(row)
            media = session.get_one(MediaFile, row.media_id)
            media.status = checklist.status  # a retry on request begins anew
            session.add(media)
            return Claim(media_of(media, checklist), row.lease_token, now)

    def renew(self, claim: Claim) -> None:
        """Push the expiry; LeaseLost if the token is no longer ours."""
        with writing(self._engine) as session:
            row = held(session, claim)
            row.lease_expires_at = database_now(session) + self._lease
            session.add(row)

    def release(self, claim: Claim, due_at: datetime | None) -> None:
        """Keep the token (so that a late write of ours is still ours), clear the expiry."""
        with writing(self._engine) as session:
            row = held(session, claim)
            now = database_now(session)
            write_checklist(give_back(checklist_of(row, None)), row)
            row.lease_expires_at, row.updated_at = None, now
            asked_again = row.redo_counter != claim.media.checklist.redo_counter
            row.due_at = now if asked_again else due_at
            session.add(row)

    def free_expired(self) -> int:
        """Replace the token, so that who went silent can write nothing any more."""
        row = ProcessingChecklist
        with reading(self._engine) as session:  # the usual case writes nothing
            oldest = session.exec(select(func.min(row.lease_expires_at))).one()
            if oldest is None or oldest > database_now(session):
                return 0
        with writing(self._engine) as session:
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
