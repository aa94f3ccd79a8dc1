"""What the database promises of the disk, and how fsck asks the worker to keep it."""

from __future__ import annotations

import secrets
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta
from functools import partial

from sqlalchemy import Engine
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from media_vm.adapters.leases import oldest_open
from media_vm.adapters.rows import checklist_of, cut, news_of, write_checklist
from media_vm.adapters.tables import MediaEvent, MediaFile, MediaMark, MediaVariant, ProcessingChecklist
from media_vm.adapters.transactions import database_now, reading, transact
from media_vm.rules.upkeep import Remedy, Role, Slice, owner_of, requested
from media_vm.upkeep_ports import Held, Live, Promise

MEDIA_AT_ONCE = 50
TWINS = 10


class DatabasePromises:
    """The `Promises` port over SQLAlchemy. It reads little at a time: no transaction outlasts a query or two."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def held_after(self, media_id: int, part: Slice) -> Sequence[Held]:
        """By id, so that an interrupted run can go on after any of them."""
        row = MediaFile
        following = (
            select(row, ProcessingChecklist)
            .join(ProcessingChecklist, col(ProcessingChecklist.media_id) == col(row.id))
            .where(col(row.id) > media_id, col(row.deleted_at).is_(None))
            .where(col(row.id) % part.total == part.remainder)
        )
        with reading(self._engine) as session:
            found = session.exec(following.order_by(col(row.id)).limit(MEDIA_AT_ONCE)).all()
            variants = _variants(session, [media.id for media, _ in found])
            return [_held(session, media, checklist, variants) for media, checklist in found]

    def twins(self, promise: Promise) -> Sequence[Promise]:
        """Whoever's they are: the bytes are the same."""
        same = select(MediaFile.bulk_path).where(
            col(MediaFile.sha256) == promise.sha256,
            col(MediaFile.bulk_path) != promise.path,
            col(MediaFile.deleted_at).is_(None),
            col(MediaFile.retired_at).is_(None),
        )
        with reading(self._engine) as session:
            paths = session.exec(same.distinct().limit(TWINS)).all()
        return [Promise(Role.ORIGINAL, path, promise.sha256) for path in paths if path]

    def without_row(self, paths: Sequence[str]) -> Sequence[str]:
        """Asked by the id in the name first, which is indexed. A shared original may outlive the media that it is
        named after, and an adopted variant has a name of its own, so what is still unknown is looked for by its
        path."""
        with reading(self._engine) as session:
            ids = {owner for path in paths if (owner := owner_of(path)) is not None}
            known = {path for path in session.exec(_bulk_paths().where(col(MediaFile.id).in_(ids))) if path}
            known |= {one.path for some in _variants(session, ids).values() for one in some}
            unknown = [path for path in paths if path not in known]
            shared = set(session.exec(_bulk_paths().where(col(MediaFile.bulk_path).in_(unknown))))
            if unknown:
                adopted = select(MediaVariant.path).where(col(MediaVariant.path).in_(unknown))
                shared |= set(session.exec(adopted))
        return [path for path in unknown if path not in shared]

    def deleted(self, media_ids: Collection[int]) -> Collection[int]:
        """By their marks."""
        marked = select(MediaFile.id).where(
            col(MediaFile.id).in_(media_ids), col(MediaFile.deleted_at).is_not(None)
        )
        with reading(self._engine) as session:
            return {one for one in session.exec(marked) if one is not None}

    def remade_within(self, grace: timedelta, media_ids: Collection[int]) -> Collection[int]:
        """By the time at which rows were last replaced by others; files are as old as their pixels."""
        with reading(self._engine) as session:
            limit = database_now(session) - grace
            lately = select(MediaFile.id).where(
                col(MediaFile.id).in_(media_ids), col(MediaFile.processed_at) > limit
            )
            return {one for one in session.exec(lately) if one is not None}

    def live(self) -> Live:
        """A lease that has expired but was not freed yet counts: its holder may still be writing."""
        leased = select(ProcessingChecklist.lease_token, ProcessingChecklist.media_id).where(
            col(ProcessingChecklist.lease_expires_at).is_not(None)
        )
        with reading(self._engine) as session:
            rows = session.exec(leased).all()
        return Live(frozenset(token for token, _ in rows if token), frozenset(media for _, media in rows))

    def request(self, media_id: int, remedy: Remedy, note: str) -> bool:
        """Only while nobody holds the media; the new token keeps out who held it last."""
        token = secrets.token_hex(16)
        return transact(self._engine, partial(_request, media_id, remedy, note, token))


def _request(media_id: int, remedy: Remedy, note: str, token: str, session: Session) -> bool:
    free = select(ProcessingChecklist).where(
        col(ProcessingChecklist.media_id) == media_id, col(ProcessingChecklist.lease_expires_at).is_(None)
    )
    row = session.exec(free.with_for_update()).first()
    if row is None:
        return False
    if row.lease_token != token:  # else an earlier run was committed, and only its answer was lost
        now, media = database_now(session), session.get_one(MediaFile, media_id)
        checklist = requested(checklist_of(row, news_of(oldest_open(session, media_id))), remedy)
        write_checklist(checklist, row)
        row.lease_token, row.due_at, row.updated_at = token, now, now
        media.status, media.updated_at = checklist.status, now
        event = MediaEvent(media_id=media_id, at=now, name="fsck", note=cut(note, 500))
        session.add_all(
            [row, media, event, session.merge(MediaMark(name="wake", at=now, note=f"fsck {media_id}"))]
        )
    return True


def _bulk_paths() -> SelectOfScalar[str | None]:
    return select(col(MediaFile.bulk_path))


def _variants(session: Session, ids: Collection[int | None]) -> Mapping[int, list[Promise]]:
    """The kept variants of these media."""
    kept = select(MediaVariant).where(col(MediaVariant.media_id).in_(ids), col(MediaVariant.path).is_not(None))
    found: dict[int, list[Promise]] = defaultdict(list)
    for row in session.exec(kept.order_by(col(MediaVariant.id))):
        found[row.media_id].append(Promise(Role.VARIANT, row.path or "", row.sha256 or ""))
    return found


def _held(
    session: Session, media: MediaFile, checklist: ProcessingChecklist, variants: Mapping[int, list[Promise]]
) -> Held:
    assert media.id is not None
    promises = list(variants.get(media.id, ()))
    if media.bulk_path and media.sha256 and media.retired_at is None:
        promises.insert(0, Promise(Role.ORIGINAL, media.bulk_path, media.sha256))
    known = checklist_of(checklist, news_of(oldest_open(session, media.id)))
    is_ours_to_fetch, is_retired = media.main_api_id is not None, media.retired_at is not None
    return Held(media.id, is_ours_to_fetch, known, tuple(promises), is_retired)
