"""Whose file a path is: nothing may be erased that another row names, whoever's that is."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import PurePosixPath

from sqlalchemy import ColumnElement, and_, or_
from sqlmodel import Session, col, select

from media_vm.adapters.tables import MediaEvent, MediaFile, MediaVariant
from media_vm.rules.old_names import stored_path
from media_vm.rules.paths import has_our_name
from media_vm.rules.upkeep import owner_of

TAKEN_OVER = "taken over"  # as the revision that copied the rows of a system before ours wrote it


def original_of(media: MediaFile) -> str | None:
    """Its original's path, relative to the storage root. A row that is not adopted yet has it as the system before
    ours spelt it, and no digest; None if that leads elsewhere."""
    return media.bulk_path if media.sha256 else stored_path(media.bulk_path, "bulk")


def sharers(
    session: Session, media: MediaFile, *, any_user: bool = True, is_locking: bool = False
) -> Sequence[MediaFile]:
    """Other media that name the very same original. Our own uploads share it within a user; rows of a system
    before ours may do as they like. Who they are is read without a lock: only what is found is locked."""
    path = original_of(media)
    if path is None:
        return []
    others = col(MediaFile.id) != media.id
    same_user = others, col(MediaFile.user_id) == media.user_id, col(MediaFile.sha256) == media.sha256
    found = _read(session, and_(*same_user, col(MediaFile.bulk_path) == path), is_locking)
    if any_user and (ids := {one.id for one in _naming(session, media, [path])}):
        found = _read(session, and_(col(MediaFile.id).in_(ids), _names(path)), is_locking)
    return found


def is_shared(session: Session, media: MediaFile, *, any_user: bool = True, is_locking: bool = False) -> bool:
    """May its original not go, since another row names it, be it as a variant?"""
    path = original_of(media)
    if path is None:
        return False
    others = sharers(session, media, any_user=any_user, is_locking=is_locking)
    return bool(others) or bool(named_as_variants(session, media, [path]))


def named_elsewhere(session: Session, media: MediaFile, paths: Collection[str]) -> set[str]:
    """Those of these paths that a row of another media names."""
    named = named_as_variants(session, media, paths)
    if not (bulk := [path for path in paths if path.startswith("bulk/")]):
        return named
    rows = _naming(session, media, bulk)
    exact = {row.bulk_path for row in rows if row.sha256}
    raw = {_name(row.bulk_path) for row in rows if not row.sha256}
    return named | {path for path in bulk if path in exact or _name(path) in raw}


def named_as_variants(session: Session, media: MediaFile, paths: Collection[str]) -> set[str]:
    """Those of these paths that are another media's variants. What we named after this one is nobody else's, and
    need not be looked for among all."""
    doubtful = [path for path in paths if not is_named_after(path, media)]
    variant = MediaVariant
    others = select(variant.path).where(col(variant.path).in_(doubtful), col(variant.media_id) != media.id)
    return {path for path in session.exec(others) if path} if doubtful else set()


def is_named_after(path: str, media: MediaFile) -> bool:
    """By us."""
    return has_our_name(path) and owner_of(path) == media.id


def _naming(session: Session, media: MediaFile, paths: Collection[str]) -> list[MediaFile]:
    """Other media that name one of these originals: two questions, since each has an index of its own. What is not
    adopted yet is looked for among all that was taken over, which is all that it can be."""
    others = select(MediaFile).where(col(MediaFile.id) != media.id)
    exact = others.where(col(MediaFile.bulk_path).in_(paths))
    old = others.join(MediaEvent, col(MediaEvent.media_id) == col(MediaFile.id))
    old = old.where(col(MediaEvent.name) == TAKEN_OVER, or_(*(_is_raw(path) for path in paths)))
    return [*session.exec(exact), *session.exec(old)]


def _read(session: Session, wanted: ColumnElement[bool], is_locking: bool) -> Sequence[MediaFile]:
    chosen = select(MediaFile).where(wanted).order_by(col(MediaFile.id))  # everybody locks them in this order
    return session.exec(chosen.with_for_update() if is_locking else chosen).all()


def _names(path: str) -> ColumnElement[bool]:
    return or_(col(MediaFile.bulk_path) == path, _is_raw(path))


def _is_raw(path: str) -> ColumnElement[bool]:
    """Of a row that is not adopted yet the file's own name says enough: too much is kept, never too little."""
    return and_(col(MediaFile.sha256).is_(None), col(MediaFile.bulk_path).endswith(_name(path), autoescape=True))


def _name(path: str | None) -> str:
    return PurePosixPath((path or "").replace("\\", "/")).name
