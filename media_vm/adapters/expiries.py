"""Which originals were kept for long enough, and how their rows let go of them."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import ColumnElement, Engine, and_, func, or_, update
from sqlmodel import Session, col, select

from media_vm.adapters.shared_files import is_named_after, is_shared, original_of, sharers
from media_vm.adapters.tables import MediaEvent, MediaFile, ProcessingChecklist
from media_vm.adapters.transactions import database_now, reading, transact
from media_vm.retention_ports import Expired, Owner
from media_vm.rules.pictures import DataType, Source
from media_vm.rules.retention import Area, Retention

AT_ONCE = 100


class DatabaseExpiries:
    """The `Expiries` port over SQLAlchemy."""

    def __init__(self, engine: Engine, retention: Retention) -> None:
        self._engine = engine
        self._retention = retention

    def expired(self, after: int) -> Sequence[Expired]:
        """By how long ago they came; of an adopted one, whose arrival nobody wrote down, since its row was made.
        Only a picture that has its variants can do without its original; what is not adopted yet has no digest."""
        row = ProcessingChecklist
        with reading(self._engine) as session:
            old = and_(col(MediaFile.retired_at).is_(None), self._is_old(database_now(session)), *_at_rest())
            chosen = (
                select(MediaFile)
                .join(row, col(row.media_id) == col(MediaFile.id))
                .where(col(MediaFile.id) > after, col(MediaFile.bulk_path).is_not(None))
                .where(col(MediaFile.sha256).is_not(None))
                .where(col(MediaFile.deleted_at).is_(None), or_(old, col(MediaFile.retired_at).is_not(None)))
            )
            found = session.exec(chosen.order_by(col(MediaFile.id)).limit(AT_ONCE)).all()
            return [_expired(session, media) for media in found]

    def retire(self, media_id: int) -> bool:
        """Under the row's lock, where nobody holds it and nothing of it can fall due."""
        return transact(self._engine, partial(_retire, media_id))

    def removable(self, media_id: int) -> str | None:
        """As the rows are now; nobody begins to share what is retired."""
        with reading(self._engine) as session:
            media = session.get_one(MediaFile, media_id)
            return None if is_shared(session, media, any_user=_may_be_anybodys(media)) else original_of(media)

    def let_go_of(self, media_id: int, erased: Collection[str]) -> bool:
        """In one transaction, with all that share it locked."""
        return transact(self._engine, partial(_let_go_of, media_id, erased))

    def owners(self, media_ids: Collection[int]) -> Mapping[int, Owner]:
        """By id."""
        whose = select(MediaFile).where(col(MediaFile.id).in_(media_ids))
        with reading(self._engine) as session:
            found = session.exec(whose).all()
        return {one.id: Owner(one.source, one.data_type, one.deleted_at is not None) for one in found if one.id}

    def forget_quarantine(self, media_ids: Collection[int]) -> None:
        """Said twice is said once."""
        gone = update(MediaFile).where(col(MediaFile.id).in_(media_ids)).values(quarantined_at=None)
        transact(self._engine, lambda session: session.exec(gone))

    def _is_old(self, now: datetime) -> ColumnElement[bool]:
        return or_(*self._limits(now)) if [*self._limits(now)] else col(MediaFile.id) < 0

    def _limits(self, now: datetime) -> Iterator[ColumnElement[bool]]:
        for source in Source:
            for data_type in DataType:
                if days := self._retention.days(Area.ORIGINALS, source, data_type):
                    of_these = col(MediaFile.source) == source, col(MediaFile.data_type) == data_type
                    came_at = func.coalesce(col(MediaFile.retrieved_at), col(MediaFile.created_at))
                    yield and_(*of_these, came_at < now - timedelta(days=days))


def _at_rest() -> tuple[ColumnElement[bool], ...]:
    row = ProcessingChecklist
    return (
        col(row.has_variants).is_(True),
        col(row.due_at).is_(None),
        col(row.lease_expires_at).is_(None),
    )


def _expired(session: Session, media: MediaFile) -> Expired:
    assert media.id is not None
    shares = 1 + len(sharers(session, media, any_user=_may_be_anybodys(media)))
    return Expired(media.id, media.bulk_path or "", media.file_size or 0, shares)


def _may_be_anybodys(media: MediaFile) -> bool:
    """What we named after it is its own, or shared by its user; each of the others is looked for among all that
    was taken over."""
    return not is_named_after(media.bulk_path or "", media)


def _retire(media_id: int, session: Session) -> bool:
    row = ProcessingChecklist
    resting = select(row).where(col(row.media_id) == media_id, *_at_rest())
    found = session.exec(resting.with_for_update()).first()
    media = session.get_one(MediaFile, media_id, with_for_update=True)
    if media.deleted_at is not None or (found is None and media.retired_at is None):
        return False
    if media.retired_at is None and found is not None:
        now = database_now(session)
        media.retired_at = now
        found.awaits_polish, found.heal_at, found.ai_heal_at = False, None, None
        found.lease_token = secrets.token_hex(16)  # a release whose answer was lost may not be written again
        session.add_all([media, found, MediaEvent(media_id=media_id, at=now, name="original retired")])
    return True


def _let_go_of(media_id: int, erased: Collection[str], session: Session) -> bool:
    media = session.get_one(MediaFile, media_id, with_for_update=True)
    is_there = media.bulk_path is not None and media.bulk_path not in erased
    if is_there and not is_shared(session, media, any_user=_may_be_anybodys(media), is_locking=True):
        return False
    media.bulk_path = None
    session.add(media)
    return True
