"""The rows of media that `migrate` took over from a system before ours (`OldRows` port)."""

from __future__ import annotations

import secrets
import threading
import uuid
from collections import defaultdict
from collections.abc import Collection, Sequence
from functools import partial
from pathlib import PurePosixPath
from typing import Any

from sqlalchemy import Engine, func
from sqlmodel import Session, col, select

from media_vm.adapters.analysis_rows import analysis_of, measured_columns
from media_vm.adapters.leases import oldest_open
from media_vm.adapters.rows import callback_row, checklist_of, cut, news_of, variant_rows, write_checklist
from media_vm.adapters.shared_files import TAKEN_OVER
from media_vm.adapters.tables import (
    MediaAIAnalysis,
    MediaEvent,
    MediaFile,
    MediaMark,
    MediaVariant,
    ProcessingChecklist,
)
from media_vm.adapters.transactions import database_now, reading, transact
from media_vm.adopting_ports import Old, Settlement
from media_vm.rules.adopting import ADOPTION, DONE, Key, Verdict, is_closed, is_due, settled
from media_vm.rules.callbacks import Event, EventKind, complete_body
from media_vm.rules.paths import library_folder
from media_vm.rules.pictures import Background, Format, Made, Size, VariantSet
from media_vm.rules.removal import NOBODY
from media_vm.rules.validation import media_type

ADOPTED = "adopted"
MEDIA_AT_ONCE = 50


class DatabaseOldRows:
    """public_url: the start of the URLs that the main API is told."""

    def __init__(self, engine: Engine, public_url: str) -> None:
        self._engine = engine
        self._public_url = public_url
        self._shared: frozenset[str] | None = None
        self._reading = threading.Lock()  # several ask at once
        self._originals: dict[str, int] | None = None

    def count(self) -> int:
        """Of all that were taken over and not deleted since."""
        with reading(self._engine) as session:
            return session.exec(select(func.count()).select_from(MediaFile).where(*_old_ones(0))).one()

    def after(self, media_id: int) -> Sequence[Old]:
        """Some at a time."""
        both = select(MediaFile, ProcessingChecklist).join(
            ProcessingChecklist, col(ProcessingChecklist.media_id) == col(MediaFile.id)
        )
        following = both.where(*_old_ones(media_id)).order_by(col(MediaFile.id)).limit(MEDIA_AT_ONCE)
        with reading(self._engine) as session:
            self._shared = _shared_paths(session) if self._shared is None else self._shared
            found = session.exec(following).all()
            known = _Known(session, [media.id for media, _ in found])
            return [known.old(media, row, self._shared) for media, row in found]

    def neighbours(self, old: Old, ids: Collection[int]) -> frozenset[int]:
        """Their names may be confused with this one's."""
        same = select(MediaFile.id).where(
            col(MediaFile.id).in_(set(ids) - {old.media_id}),
            col(MediaFile.user_id) == old.user_id,
            col(MediaFile.data_type) == old.data_type,
        )
        with reading(self._engine) as session:
            return frozenset(one for one in session.exec(same) if one is not None)

    def is_anothers(self, old: Old, name: str) -> bool:
        """By the last part of its path, whatever stands before it; all are read once, when first one is asked."""
        with self._reading:
            if self._originals is None:
                self._originals = self._named_originals()
        return self._originals.get(name, old.media_id) != old.media_id

    def _named_originals(self) -> dict[str, int]:
        """Whose each name is; nobody's if several rows have it."""
        named = select(MediaFile.id, MediaFile.bulk_path).where(col(MediaFile.bulk_path).is_not(None))
        owners: dict[str, int] = {}
        with reading(self._engine) as session:
            for media_id, path in session.exec(named):
                name = PurePosixPath((path or "").replace("\\", "/")).name
                owners[name] = NOBODY if name in owners else media_id or NOBODY
        return owners

    def settle(self, settlement: Settlement) -> Verdict:
        """Whoever finds an earlier run of its own committed leaves it so."""
        return transact(
            self._engine,
            partial(_settle, settlement, self._public_url, secrets.token_hex(16), str(uuid.uuid4())),
        )

    def done(self) -> None:
        """`fsck` may look for strays again."""

        def mark(session: Session) -> None:
            session.merge(MediaMark(name=ADOPTION, at=database_now(session), note=DONE))

        with reading(self._engine) as session:
            known = session.get(MediaMark, ADOPTION)
        if known is None or known.note != DONE:
            transact(self._engine, mark)


class _Known:
    """What other tables tell of some media."""

    def __init__(self, session: Session, ids: Sequence[int | None]) -> None:
        self.kept: dict[int, set[Key]] = defaultdict(set)
        self.kept_paths: dict[int, set[str]] = defaultdict(set)
        for row in session.exec(select(MediaVariant).where(col(MediaVariant.media_id).in_(ids))):
            self.kept[row.media_id].add((Size(row.size), Format(row.format), Background(row.bg)))
            self.kept_paths[row.media_id].update([row.path] if row.path else ())
        analyses = select(MediaAIAnalysis.media_id, MediaAIAnalysis.thumbhash)
        self.analyses = dict(session.exec(analyses.where(col(MediaAIAnalysis.media_id).in_(ids))).all())
        adopted = select(MediaEvent.media_id).where(col(MediaEvent.media_id).in_(ids))
        self.adopted = set(session.exec(adopted.where(col(MediaEvent.name) == ADOPTED)))

    def old(self, media: MediaFile, row: ProcessingChecklist, shared: frozenset[str]) -> Old:
        assert media.id is not None
        return Old(
            media.id,
            media.user_id,
            media.data_type,
            media.main_api_id,
            media.bulk_path,
            media.library_path,
            media.sha256 is not None,
            checklist_of(row, None),
            frozenset(self.kept.get(media.id, ())),
            frozenset(self.kept_paths.get(media.id, ())),
            media.id in self.analyses,
            self.analyses.get(media.id) is not None,
            media.id in self.adopted,
            media.processed_at is not None,
            row.lease_expires_at is not None,
            media.library_path in shared,
        )


def _old_ones(after: int) -> list[Any]:
    taken = select(MediaEvent.id).where(
        col(MediaEvent.media_id) == col(MediaFile.id), col(MediaEvent.name) == TAKEN_OVER
    )
    return [col(MediaFile.id) > after, col(MediaFile.deleted_at).is_(None), taken.exists()]


def _shared_paths(session: Session) -> frozenset[str]:
    path = col(MediaFile.library_path)
    several = select(path).where(path.is_not(None)).group_by(path).having(func.count() > 1)
    return frozenset(one for one in session.exec(several) if one)


def _settle(settlement: Settlement, public_url: str, token: str, key: str, session: Session) -> Verdict:
    """The checklist is locked before the media, as whoever deletes one does."""
    old = settlement.old
    free = select(ProcessingChecklist).where(
        col(ProcessingChecklist.media_id) == old.media_id, col(ProcessingChecklist.lease_expires_at).is_(None)
    )
    row = session.exec(free.with_for_update()).first()
    media = session.get(MediaFile, old.media_id, with_for_update=True)
    if media is None or media.deleted_at is not None or media.removed_at is not None:
        return Verdict.UNCHANGED  # it was deleted since it was read: what is to go gets no rows
    if row is None:
        return Verdict.HELD
    if row.lease_token == token:  # an earlier run was committed, and only its answer was lost
        return settlement.verdict
    now = database_now(session)
    session.add_all(variant_rows(old.media_id, VariantSet(settlement.variants, ())))
    _write_media(settlement, media)
    _write_measured(settlement, session)
    open_event = oldest_open(session, old.media_id)
    before = checklist_of(row, news_of(open_event))
    checklist = settled(before, settlement.found, now, may_tell=media.main_api_id is not None)
    if checklist.open_event and open_event is None:
        session.add(callback_row(_complete(settlement, media, public_url, key, session), old.media_id, now))
    write_checklist(checklist, row)
    row.lease_token, row.updated_at = token, now
    row.due_at = now + settlement.due_in if is_due(checklist) else None
    row.closed_at = now if is_closed(checklist) else None
    media.status, media.updated_at = checklist.status, now
    session.add_all([row, media, MediaEvent(media_id=old.media_id, at=now, name=ADOPTED, note=_note(settlement))])
    return settlement.verdict


def _write_media(settlement: Settlement, media: MediaFile) -> None:
    if settlement.original and settlement.facts:
        original, facts = settlement.original, settlement.facts
        media.bulk_path, media.file_size, media.sha256 = original.path, original.bytes, original.sha256
        media.width, media.height, media.mime_type = facts.width, facts.height, media_type(facts.type)
    if settlement.found.kept:
        media.library_path = library_folder(media.user_id, media.data_type)


def _write_measured(settlement: Settlement, session: Session) -> None:
    """What was paid for stays: only columns that are empty are filled."""
    if settlement.measured is None:
        return
    known = select(MediaAIAnalysis).where(col(MediaAIAnalysis.media_id) == settlement.old.media_id)
    row, point = session.exec(known).one(), settlement.measured.focal_point
    columns = measured_columns(settlement.measured) | {"focal_x": point.x, "focal_y": point.y}
    for name, value in columns.items():
        if getattr(row, name) is None:
            setattr(row, name, value)
    session.add(row)


def _complete(settlement: Settlement, media: MediaFile, public_url: str, key: str, session: Session) -> Event:
    """What the system before ours did not tell, or heard no answer to."""
    assert media.id, "a row that was read has an id"
    assert media.main_api_id, "who is told has one at the main API"
    row = session.exec(select(MediaAIAnalysis).where(col(MediaAIAnalysis.media_id) == media.id)).first()
    kept = settlement.found.kept
    made = Made(frozenset(one[1] for one in kept), frozenset(one[2] for one in kept))
    body = complete_body(
        media.id,
        f"{public_url}/serve/{media.id}",
        made,
        media.data_type,
        analysis_of(row) if row else None,
        None,
        is_update=False,
    )
    return Event(EventKind.COMPLETE, media.main_api_id, key, body)


def _note(settlement: Settlement) -> str:
    original = settlement.original.path if settlement.original else "none"
    return cut(f"{settlement.verdict.value}: {len(settlement.variants)} variants, original {original}", 500)
