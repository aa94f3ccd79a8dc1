"""Is a pending list what contract §2 wants? Field by field: a bad entry is skipped without a word to its user."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from media_vm.rules.contract import Seen, advice, broken, judged, kept, shown, untested
from media_vm.rules.pictures import DataType
from media_vm.rules.temp_names import data_type_of, is_safe_temp_path

LARGEST_ID: Final = 2**63 - 1
LONGEST_PATH: Final = 500  # characters
FIELDS: Final = ("id", "user_id", "image_path", "original_name", "mime_type", "status", "created_at")
_TYPE: Final = re.compile(r"image/[a-z0-9.+-]{1,90}")

Entry = Mapping[str, Any]


def is_list(body: object) -> bool:
    """Is there a list of images at all?"""
    return isinstance(body, dict) and isinstance(body.get("images"), list)


def entries_of(body: object) -> list[Entry]:
    """Those that are objects."""
    images = body.get("images") if isinstance(body, dict) else None
    return [one for one in images if isinstance(one, dict)] if isinstance(images, list) else []


def judge_list(body: object) -> Iterator[Seen]:
    """body: JSON as it came."""
    images = body.get("images") if isinstance(body, dict) else None
    if not isinstance(body, dict) or not isinstance(images, list):
        yield broken("pending.shape", f"it is {shown(body)}")
        return
    yield _shape(images, body.get("total"))
    entries = entries_of(body)
    for field, wrong in _WRONG.items():
        yield _field(field, wrong, entries)
    yield _data_type(entries)
    yield _name(entries)


def _shape(images: Sequence[object], total: object) -> Seen:
    wrong = [f"an entry is {shown(one)}" for one in images if not isinstance(one, dict)]
    if isinstance(total, bool) or total != len(images):
        wrong.append(f"total is {shown(total)} for {len(images)} images")
    return judged("pending.shape", wrong, f"{len(images)} images, total {shown(total)}")


def _field(field: str, wrong: Callable[[object], str | None], entries: Sequence[Entry]) -> Seen:
    name = f"pending.{field}"
    if not entries:
        return untested(name, "nothing is pending: upload a picture first")
    found = []
    for entry in entries:
        if field not in entry:
            found.append(f"entry {shown(entry.get('id'))} has no {field}")
        elif problem := wrong(entry[field]):
            found.append(f"entry {shown(entry.get('id'))}: {field} {shown(entry[field])} {problem}")
    if field == "id":
        found += _twice([entry.get("id") for entry in entries])
    return judged(name, found, f"of {len(entries)} entries, e.g. {shown(entries[0].get(field))}")


def _twice(ids: Sequence[object]) -> list[str]:
    numbers = [one for one in ids if isinstance(one, int)]
    return [
        f"id {one} comes {numbers.count(one)} times" for one in dict.fromkeys(numbers) if numbers.count(one) > 1
    ]


def _id(value: object) -> str | None:
    if isinstance(value, bool) or not isinstance(value, int):
        return "is no number"
    return None if 0 < value <= LARGEST_ID else "is out of range"


def _path(value: object) -> str | None:
    if not isinstance(value, str):
        return "is no text"
    if len(value) > LONGEST_PATH:
        return f"is longer than {LONGEST_PATH} characters"
    return None if is_safe_temp_path(value) else "is no plain path"


def _text(value: object) -> str | None:
    return None if isinstance(value, str) else "is no text"


def _type(value: object) -> str | None:
    return None if isinstance(value, str) and _TYPE.fullmatch(value.lower()) else "is no image type"


def _status(value: object) -> str | None:
    return None if value == "pending" else "is not pending"


def _time(value: object) -> str | None:
    try:
        time = datetime.fromisoformat(str(value))
    except ValueError:
        return "is no ISO 8601 time"
    return None if time.utcoffset() == timedelta(0) else "does not say that it is UTC"


_WRONG: Final[dict[str, Callable[[object], str | None]]] = dict(
    zip(FIELDS, (_id, _id, _path, _text, _type, _status, _time), strict=True)
)


def _data_type(entries: Sequence[Entry]) -> Seen:
    told = [entry["data_type"] for entry in entries if entry.get("data_type") is not None]
    if not told:
        return untested("pending.data_type", "no entry has one, which is fine: names say it too")
    wrong = [f"{shown(one)} is none of them" for one in told if one not in list(DataType)]
    return judged("pending.data_type", wrong, f"e.g. {shown(told[0])}")


def _name(entries: Sequence[Entry]) -> Seen:
    """A guess is a `profile`, which crops a banner to a square."""
    paths = [entry["image_path"] for entry in entries if isinstance(entry.get("image_path"), str)]
    if not paths:
        return untested("temp.name", "nothing is pending")
    declared = {
        entry["image_path"]: entry.get("data_type") for entry in entries if entry.get("image_path") in paths
    }
    guessed = [one for one in paths if data_type_of(one, str(declared.get(one))).is_default]
    if guessed:
        return advice("temp.name", f"{shown(guessed[0])} says nothing of that: it is taken for a profile picture")
    return kept("temp.name", f"e.g. {shown(paths[0])}")
