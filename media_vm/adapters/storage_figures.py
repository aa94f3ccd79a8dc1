"""How much is stored of what, for `status --storage` and for metrics: passes over all rows, so not for every
scrape. Files and bytes are those that the rows name; quarantine, whose sizes no row knows, is looked through."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import CompoundSelect, Engine, Select, String, Subquery, cast, func, literal, select, union_all
from sqlmodel import Session, col

from media_vm.adapters.tables import MediaFile, MediaVariant
from media_vm.adapters.transactions import reading
from media_vm.rules.pictures import DataType, Format

TOP_USERS = 10
BULK, LIBRARY = "bulk", "library"
ORIGINAL = "original"


@dataclass(frozen=True, slots=True)
class Amount:
    """So many files, of so many bytes together."""

    files: int = 0
    bytes: int = 0


class Part(NamedTuple):
    """What of all that is stored. data_type, format: empty where no row knows them."""

    area: str
    data_type: str = ""
    format: str = ""


QUARANTINE = Part("quarantine")
PARTS = (
    *(Part(BULK, data_type, ORIGINAL) for data_type in DataType),
    *(Part(LIBRARY, data_type, form) for data_type in DataType for form in Format),
    QUARANTINE,
)


@dataclass(frozen=True, slots=True)
class Stored:
    """parts: every one of `PARTS`. saved: files that would be there too, if no original were shared."""

    parts: Mapping[Part, Amount]
    saved: Amount

    @property
    def areas(self) -> Mapping[str, Amount]:
        """`bulk`, `library` and `quarantine`."""
        return {one: self._sum("area", one) for one in (BULK, LIBRARY, QUARANTINE.area)}

    @property
    def data_types(self) -> Mapping[DataType, Amount]:
        """Originals and variants."""
        return {one: self._sum("data_type", one) for one in DataType}

    @property
    def formats(self) -> Mapping[Format, Amount]:
        """Of variants."""
        return {one: self._sum("format", one) for one in Format}

    def _sum(self, what: str, word: str) -> Amount:
        some = [amount for part, amount in self.parts.items() if getattr(part, what) == word]
        return Amount(sum(one.files for one in some), sum(one.bytes for one in some))


def measure_storage(engine: Engine, storage: Path) -> Stored:
    """As it is now. storage: the root. DatabaseDown, OSError."""
    with reading(engine) as session:
        rows = session.connection().execute(_amounts(col(MediaFile.data_type))).all()
        saved = _saved(session)
    parts = dict.fromkeys(PARTS, Amount())
    for data_type, form, files, size in rows:
        parts[Part(BULK if form == ORIGINAL else LIBRARY, data_type, form)] = Amount(files, int(size))
    return Stored(parts | {QUARANTINE: _amount_below(storage / QUARANTINE.area)}, saved)


def top_users(engine: Engine) -> Sequence[tuple[int, Amount]]:
    """Those with the most bytes, the first of them first. DatabaseDown."""
    with reading(engine) as session:
        users = session.connection().execute(_by_user()).all()
    return [(user, Amount(int(files), int(size))) for user, files, size in users]


def _originals() -> Subquery:
    """One row a file, of the first of those that share it."""
    size = func.coalesce(func.max(col(MediaFile.file_size)), 0)
    named = select(func.min(col(MediaFile.id)).label("id"), size.label("bytes"), func.count().label("names"))
    return named.where(col(MediaFile.bulk_path).is_not(None)).group_by(col(MediaFile.bulk_path)).subquery()


def _amounts(by: Any) -> CompoundSelect[Any]:
    """How many files, of how many bytes, by this column of a media and by form. Originals and variants are added
    up each by themselves, and variants are read in the order they lie in, not media by media: over a million of
    them MariaDB with its 128 MiB then took 11 s for types and users, not 20 s."""
    originals, size = _originals(), func.coalesce(col(MediaVariant.bytes), 0)
    original, form = literal(ORIGINAL).label("form"), cast(col(MediaVariant.format), String(10)).label("form")
    files = func.count().label("files")
    kept = select(by, original, files, func.sum(originals.c.bytes).label("bytes")).join_from(
        originals, MediaFile, col(MediaFile.id) == originals.c.id
    )
    made = select(by, form, files, func.sum(size).label("bytes")).join_from(
        MediaVariant, MediaFile, col(MediaFile.id) == col(MediaVariant.media_id)
    )
    for dialect in ("mysql", "mariadb"):
        made = made.prefix_with("STRAIGHT_JOIN", dialect=dialect)
    return union_all(kept.group_by(by), made.where(col(MediaVariant.path).is_not(None)).group_by(by, form))


def _by_user() -> Select[Any]:
    amounts = _amounts(col(MediaFile.user_id)).subquery()
    size = func.sum(amounts.c.bytes)
    return (
        select(amounts.c.user_id, func.sum(amounts.c.files), size)
        .group_by(amounts.c.user_id)
        .order_by(size.desc(), amounts.c.user_id)
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
