"""What a poll's list means for media that we know (`rules/listing.py`), each in a transaction of its own."""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial

from sqlalchemy import Engine, func
from sqlmodel import Session, col, select

from media_vm.adapters.leases import oldest_open
from media_vm.adapters.rows import callback_row, checklist_of, cut, event_of, news_of, write_checklist
from media_vm.adapters.tables import MediaCallback, MediaEvent, MediaFile, ProcessingChecklist
from media_vm.adapters.transactions import database_now, reading, transact
from media_vm.rules.checklist import Checklist
from media_vm.rules.listing import SAME_EVENT_TIMES, Listed, Relisted, as_update, is_withdrawn, relisted
from media_vm.rules.outcomes import announced, withdrawn
from media_vm.rules.pictures import MediaStatus, Source
from media_vm.rules.policy import Policy
from media_vm.rules.rounds import begun_anew
from media_vm.values import PendingImage


def listed_again(
    engine: Engine, images: Mapping[int, PendingImage], known: Sequence[int], poll_began: datetime, policy: Policy
) -> None:
    """Told again, or begun anew, where the rules say so. known: those of the ids listed that we have."""
    with reading(engine) as session:
        ended = _ended(session, known)
    for pending_id, media_id, listed in ended:
        if relisted(listed, poll_began, policy) is not Relisted.NOTHING:
            image = images[pending_id]
            transact(engine, partial(_follow, image, media_id, poll_began, policy, str(uuid.uuid4())))


def withdraw_unlisted(engine: Engine, listed: Mapping[int, PendingImage], poll_began: datetime) -> None:
    """Those whose file never came, and which the main API lists no more, are not looked for any longer."""
    sought = select(MediaFile.id, MediaFile.main_api_id).where(
        col(MediaFile.status) == MediaStatus.DOWNLOADING,
        col(MediaFile.source) == Source.MAIN_API,
        col(MediaFile.bulk_path).is_(None),
        col(MediaFile.deleted_at).is_(None),
        col(MediaFile.created_at) < poll_began,
    )
    with reading(engine) as session:
        unlisted = [one for one, pending_id in session.exec(sought) if one and pending_id not in listed]
    for media_id in unlisted:
        transact(engine, partial(_withdraw, media_id, poll_began))


def _ended(session: Session, known: Sequence[int]) -> list[tuple[int, int, Listed]]:
    """The listed ones that are over, as far as we knew: failed and closed, or told."""
    row = ProcessingChecklist
    both = select(MediaFile, row).join(row, col(row.media_id) == col(MediaFile.id))
    over = col(row.closed_at).is_not(None) | col(row.has_variants)
    ours = both.where(col(MediaFile.main_api_id).in_(known), col(MediaFile.deleted_at).is_(None))
    found = session.exec(ours.where(over)).all()
    last = _last_told(session, [one.media_id for _, one in found])
    return [
        (media.main_api_id or 0, one.media_id, _listed(media, one, last.get(one.media_id))) for media, one in found
    ]


def _last_told(session: Session, media_ids: Sequence[int]) -> dict[int, MediaCallback]:
    newest = select(func.max(MediaCallback.id)).where(col(MediaCallback.media_id).in_(media_ids))
    rows = session.exec(
        select(MediaCallback).where(col(MediaCallback.id).in_(newest.group_by(col(MediaCallback.media_id))))
    )
    return {row.media_id: row for row in rows}


def _listed(media: MediaFile, row: ProcessingChecklist, last: MediaCallback | None) -> Listed:
    return Listed(
        has_failed=media.status is MediaStatus.FAILED,
        has_variants=row.has_variants,
        closed_at=row.closed_at,
        renewed_at=row.renewed_at,
        answered_at=(last.acknowledged_at or last.given_up_at) if last else None,
        resent=last.resent if last else 0,
        resent_at=last.resent_at if last else None,
    )


def _follow(
    image: PendingImage, media_id: int, poll_began: datetime, policy: Policy, key: str, session: Session
) -> None:
    """Look again under the row's lock: meanwhile it may be in somebody's hands, or changed."""
    found = _locked(session, media_id)
    if found is None:
        return
    media, row = found
    last = _last_told(session, [media_id]).get(media_id)
    now = database_now(session)
    checklist = checklist_of(row, news_of(oldest_open(session, media_id)))
    match relisted(_listed(media, row, last), poll_began, policy):
        case Relisted.NOTHING:
            return
        case Relisted.FRESH_ROUND:
            checklist = begun_anew(checklist)
            media.image_path = image.image_path
            row.closed_at, row.renewed_at = None, now
        case Relisted.SAME_EVENT if last:
            last.acknowledged_at, last.given_up_at, last.due_at = None, None, now
            last.resent, last.resent_at = last.resent + 1, now
            session.add(last)
            checklist = announced(checklist, last.kind, now)
        case Relisted.NEW_EVENT if last:
            news = as_update(event_of(last, image.id), key)
            told = callback_row(news, media_id, now)
            told.resent = SAME_EVENT_TIMES
            session.add(told)
            checklist = announced(checklist, news.kind, now)
    _write(session, media, row, replace(checklist, is_forgotten=False), now, "listed again")
    row.due_at = now


def _withdraw(media_id: int, poll_began: datetime, session: Session) -> None:
    found = _locked(session, media_id)
    if found is None:
        return
    media, row = found
    checklist = checklist_of(row, news_of(oldest_open(session, media_id)))
    listed_since = row.renewed_at is not None and row.renewed_at >= poll_began  # by a poll that began later
    if not listed_since and is_withdrawn(checklist, has_original=media.bulk_path is not None):
        now = database_now(session)
        _write(session, media, row, withdrawn(checklist), now, "withdrawn")
        row.closed_at, row.due_at = now, None


def _locked(session: Session, media_id: int) -> tuple[MediaFile, ProcessingChecklist] | None:
    """Both rows, unless a worker holds the media: its own poll will come back to it. What is deleted is not."""
    unheld = select(ProcessingChecklist).where(
        col(ProcessingChecklist.media_id) == media_id, col(ProcessingChecklist.lease_expires_at).is_(None)
    )
    row = session.exec(unheld.with_for_update()).first()
    media = session.get_one(MediaFile, media_id)
    return (media, row) if row and media.deleted_at is None else None


def _write(
    session: Session,
    media: MediaFile,
    row: ProcessingChecklist,
    checklist: Checklist,
    now: datetime,
    name: str,
) -> None:
    write_checklist(checklist, row)
    row.lease_token = secrets.token_hex(16)  # a release whose answer was lost may not be written again
    row.updated_at = now
    media.status, media.updated_at = checklist.status, now
    note = cut(checklist.last_error.detail, 500) if checklist.last_error else None
    session.add_all([media, row, MediaEvent(media_id=row.media_id, at=now, name=name, note=note)])
