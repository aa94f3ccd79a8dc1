"""What the name of an older system's file says: whose it is, which size, which background.

Names were made by several hands: `123-sunset-grid.avif`, `123_thumbnail.webp`, `sunset-oil-123-detail.jpg`, or
`sunset-oil-detail.jpg` with `sunset-oil` in the row. The format is read from the bytes, never from a name.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Final

from media_vm.rules.pictures import Background, DataType, Size
from media_vm.rules.sizes import size_named

THUMBNAILS: Final = "thumbnails"
AREAS: Final = ("bulk", "library", THUMBNAILS)
LONGEST_PATH: Final = 500  # characters, as wide as the column
_REMOVED: Final = frozenset({"nobg", "removed", "transparent"})
_TEMP: Final = re.compile(rf"[0-9]+[-_](?:{'|'.join(DataType)}|site|header)[-_.]", re.IGNORECASE)
_ID: Final = re.compile(r"[1-9][0-9]{0,17}")


@dataclass(frozen=True, slots=True)
class OldName:
    """owners: ids that it may be named after, in the order of the name. size: None if it names none. base: what
    stands before the size."""

    owners: tuple[int, ...]
    size: Size | None
    background: Background
    base: str


def read_name(name: str) -> OldName:
    """An id is the first number, at the very beginning, or the last one before the size."""
    stem = name.rsplit(".", 1)[0] if "." in name else name
    words = [word for word in re.split(r"[-_. ]+", stem.lower()) if word]
    at = next((at for at in reversed(range(len(words))) if _size(words[at])), None)
    before = words if at is None else words[:at]
    faces = words[at + 1 :] if at is not None else []
    faces += before[-1:]
    background = Background.REMOVED if _REMOVED & set(faces) else Background.ORIGINAL
    before = before[:-1] if before and before[-1] in _REMOVED else before
    numbers = before[:1] + [word for word in before[1:] if _ID.fullmatch(word)][-1:]
    owners = tuple(dict.fromkeys(int(word) for word in numbers if _ID.fullmatch(word)))
    return OldName(owners, None if at is None else _size(words[at]), background, "-".join(before))


def stored_path(told: str | None, area: str) -> str | None:
    """A row's path in its form of today, relative to the storage root: `/var/…/storage/bulk/a.jpg`,
    `storage/bulk/a.jpg` and `a.jpg` all mean one below `bulk`. None if it means nothing there."""
    if not told:
        return None
    parts = PurePosixPath(told.replace("\\", "/")).parts
    if area in parts:
        parts = parts[len(parts) - 1 - parts[::-1].index(area) :]
    elif parts and parts[0] == "/":
        return None
    else:
        parts = (area, *parts)
    path = "/".join(parts)
    is_plain = len(parts) > 1 and ".." not in parts and "\0" not in path
    return path if is_plain and len(path) <= LONGEST_PATH else None


def begins_with_user(name: str) -> bool:
    """Is it a temp file's, `456-product-789.jpg` (contract §4)? Its number is a user, and no media."""
    return _TEMP.match(name) is not None


def why_refused(path: str) -> str | None:
    """Why a file of such a name is left alone; None if it is a name like others."""
    if any(not char.isprintable() for char in path):
        return "its name holds bytes that are no text"
    return "its name is too long" if len(path) > LONGEST_PATH else None


def _size(word: str) -> Size | None:
    return Size.THUMBNAIL if word == "thumb" else size_named(word)
