"""How much is stored of what, for `status --storage` and for metrics: three passes over all rows, so not for every
scrape. Files and bytes are those that the rows name; quarantine, whose sizes no row knows, is looked through."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, Select, String, Subquery, cast, func, literal, select, union_all
from sqlmodel import Session, col

from media_vm.adapters.tables import MediaFile, MediaVariant
from media_vm.adapters.transactions import reading
from media_vm.rules.pictures import DataType, Format

TOP_USERS = 10
_ORIGINAL = "original"


@dataclass(frozen=True, slots=True)
class Amount:
    """So many files, of so many bytes together."""

    files: int = 0
    bytes: int = 0


@dataclass(frozen=True, slots=True)
class StorageFigures:
    """areas: `bulk`, `library` and `quarantine`. data_types: originals and variants. formats: of variants. users:
    those with the most bytes. saved: files that would be there too, if none were shared."""

    areas: Mapping[str, Amount]
    data_types: Mapping[DataType, Amount]
    formats: Mapping[Format, Amount]
    users: Sequence[tuple[int, Amount]]
    saved: Amount


def measure_storage(engine: Engine, storage: Path) -> StorageFigures:
    """As it is now. storage: the root. DatabaseDown, OSError."""
    with reading(engine) as session:
        stored = session.connection().execute(_by_kind()).all()
        users = session.connection().execute(_by_user()).all()
        saved = _saved(session)
    types, formats, areas = _Sums(), _Sums(), _Sums()
    for data_type, form, files, size in stored:
        types.add(DataType(data_type), files, size)
        areas.add("bulk" if form == _ORIGINAL else "library", files, size)
        if form != _ORIGINAL:
            formats.add(Format(form), files, size)
    quarantine = {"quarantine": _amount_below(storage / "quarantine")}
    return StorageFigures(
        areas={name: areas.of(name) for name in ("bulk", "library")} | quarantine,
        data_types={one: types.of(one) for one in DataType},
        formats={one: formats.of(one) for one in Format},
        users=[(user, Amount(files, int(size))) for user, files, size in users],
        saved=saved,
    )


class _Sums:
    def __init__(self) -> None:
        self._files, self._bytes = Counter[Any](), Counter[Any]()

    def add(self, name: object, files: int, size: int) -> None:
        self._files[name] += files
        self._bytes[name] += int(size)

    def of(self, name: object) -> Amount:
        return Amount(self._files[name], self._bytes[name])


def _originals() -> Subquery:
    """One row a file, of the first of those that share it."""
    size = func.coalesce(func.max(col(MediaFile.file_size)), 0)
    named = select(func.min(col(MediaFile.id)).label("id"), size.label("bytes"), func.count().label("names"))
    return named.where(col(MediaFile.bulk_path).is_not(None)).group_by(col(MediaFile.bulk_path)).subquery()


def _files() -> Subquery:
    """One row a file: whose it is, of what type, in which format."""
    originals, media = _originals(), (col(MediaFile.user_id), col(MediaFile.data_type))
    kept = select(*media, literal(_ORIGINAL).label("form"), originals.c.bytes.label("bytes")).join_from(
        originals, MediaFile, col(MediaFile.id) == originals.c.id
    )
    form, size = cast(col(MediaVariant.format), String(10)), func.coalesce(col(MediaVariant.bytes), 0)
    made = select(*media, form.label("form"), size.label("bytes")).join_from(
        MediaVariant, MediaFile, col(MediaFile.id) == col(MediaVariant.media_id)
    )
    return union_all(kept, made.where(col(MediaVariant.path).is_not(None))).subquery()


def _by_kind() -> Select[Any]:
    files = _files()
    kinds = (files.c.data_type, files.c.form)
    return select(*kinds, func.count(), func.sum(files.c.bytes)).group_by(*kinds)


def _by_user() -> Select[Any]:
    files = _files()
    size = func.sum(files.c.bytes)
    return (
        select(files.c.user_id, func.count(), size)
        .group_by(files.c.user_id)
        .order_by(size.desc(), files.c.user_id)
        .limit(TOP_USERS)
    )


def _saved(session: Session) -> Amount:
    originals = _originals()
    more = originals.c.names - 1
    spared = select(func.sum(more), func.sum(more * originals.c.bytes))
    files, size = session.connection().execute(spared).one()
    return Amount(int(files or 0), int(size or 0))


def _amount_below(folder: Path) -> Amount:
    """What goes while it is looked at is not counted."""
    files = size = 0
    for at, _, names in os.walk(folder):
        for name in names:
            try:
                size += (Path(at) / name).lstat().st_size
            except FileNotFoundError:
                continue
            files += 1
    return Amount(files, size)
