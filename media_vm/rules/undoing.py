"""The undo log of a replacement: one JSON line an image, written before its transaction is committed.

A line may tell of a transaction that never was committed (killed in between), and its rows may have changed since.
So undoing compares as replacing does: only what still holds the URL gets its temp path back.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum

from media_vm.rules.replacing import Key, Place
from media_vm.rules.temp_urls import LARGEST_ID, Column, columns_named, is_identifier, is_temp_path

COMPLETE = "complete"
_TIME = re.compile(r"[1-9][0-9]{3}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,6})?", re.ASCII)
_URL = re.compile(r"https?://[!-~]{1,500}")


@dataclass(frozen=True, slots=True)
class Entry:
    """One image's replacement. updated_at: what its row of `pending_images` held before; None when no time."""

    image_id: int
    image_path: str
    url: str
    updated_at: str | None
    places: tuple[Place, ...]


class Undone(StrEnum):
    """What became of an entry; in a dry run, what would."""

    PUT_BACK = "put_back"
    NOTHING = "nothing"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class Now:
    """What the entry's rows hold. status: of its row in `pending_images`; None when that is not there."""

    values: Mapping[Place, str | None]
    status: str | None


@dataclass(frozen=True, slots=True)
class Undoing:
    """places: they get the temp path back. left: somebody changed them since. is_reopened: processed again."""

    entry: Entry
    places: tuple[Place, ...]
    left: tuple[Place, ...]
    is_reopened: bool

    @property
    def verdict(self) -> Undone:
        """In a word."""
        if self.places or self.is_reopened:
            return Undone.PUT_BACK
        return Undone.CHANGED if self.left else Undone.NOTHING


def undoing_of(entry: Entry, now: Now) -> Undoing:
    """What can be put back. The image is processed again unless each of its places went to something else."""
    if now.status is None:
        return Undoing(entry, (), entry.places, is_reopened=False)
    back = tuple(one for one in entry.places if now.values.get(one) == entry.url)
    left = tuple(one for one in entry.places if now.values.get(one) not in (entry.url, entry.image_path))
    is_all_left = bool(entry.places) and len(left) == len(entry.places)
    return Undoing(entry, back, left, is_reopened=now.status == COMPLETE and not is_all_left)


def time_of(text: str | None) -> str | None:
    """The text where it is a time as databases write it."""
    return text if text is not None and _TIME.fullmatch(text) else None


def line_of(entry: Entry) -> str:
    """Its line, without the newline."""
    places = [{"column": str(one.column), "key": dict(one.key)} for one in entry.places]
    return json.dumps(
        {
            "image_id": entry.image_id,
            "image_path": entry.image_path,
            "url": entry.url,
            "updated_at": entry.updated_at,
            "places": places,
        }
    )


def entry_of(line: str, columns: Collection[Column]) -> Entry:
    """The entry of a line. ValueError with what is wrong: anybody may have written the file."""
    try:
        told = json.loads(line)
    except (ValueError, RecursionError):
        raise ValueError("it is no JSON") from None
    match told:
        case {
            "image_id": int(image_id),
            "image_path": str(path),
            "url": str(url),
            "updated_at": str() | None as at,
            "places": list(places),
        } if _is_sound(image_id, path, url, at):
            return Entry(image_id, path, url, at, tuple(_place_of(one, columns) for one in places))
    raise ValueError("it is no entry of an undo log")


def _is_sound(image_id: int, path: str, url: str, at: str | None) -> bool:
    is_id = not isinstance(image_id, bool) and 0 < image_id <= LARGEST_ID
    return is_id and is_temp_path(path) and _URL.fullmatch(url) is not None and at == time_of(at)


def _place_of(told: object, columns: Collection[Column]) -> Place:
    match told:
        case {"column": str(name), "key": dict(key)} if key:
            (column,) = columns_named([name])
            if column not in columns:
                raise ValueError(f"MEDIA_VM_REPLACE_COLUMNS does not name {column}")
            return Place(column, _key_of(key))
    raise ValueError("it names no row")


def _key_of(told: Mapping[object, object]) -> Key:
    pairs: list[tuple[str, int | str]] = []
    for name, value in told.items():
        is_plain = isinstance(name, str) and is_identifier(name)
        if not (is_plain and isinstance(value, int | str) and not isinstance(value, bool)):
            raise ValueError("it names no row")
        pairs.append((str(name), value))
    return tuple(pairs)
