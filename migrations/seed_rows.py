"""A row of the seed's three tables becomes one of ours, with a sentence for all that could not stay as it was.

Pure, and frozen like the revisions that use it: names and words are those of their time. What is not taken over is
never lost: the seed's tables stay beside ours (`seed_tables.py`).
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

Row = Mapping[str, Any]

STEPS: Final = ("retrieve_file", "ai_visual_analysis", "resize_optimize", "update_callback")
_STATUSES: Final = frozenset({"downloading", "processing", "completed", "failed"})
_DATA_TYPES: Final = {
    "product": "product",
    "products": "product",
    "product_image": "product",
    "profile": "profile",
    "profiles": "profile",
    "profile_image": "profile",
    "header": "profile",
    "header_image": "profile",
    "event": "event",
    "events": "event",
    "event_image": "event",
    "logo": "logo",
    "logos": "logo",
    "logo_image": "logo",
    "sites": "sites",
    "site": "sites",
    "site_image": "sites",
}
"""The seed's words for a type, by column, folder, file name and form field (contract §4)."""
_LARGEST_INT: Final = 2**31 - 1
_LARGEST_BIGINT: Final = 2**63 - 1


@dataclass
class Taken:
    """One of our rows, by column. notes: a sentence for each value that is not as it was."""

    columns: dict[str, Any] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


def media(old: Row, now: datetime, kept_by: int | None) -> Taken:
    """`media_files`. kept_by: another media that keeps this one's main_api_id; None if nobody else has it."""
    taken = Taken()
    note, new = taken.notes.append, taken.columns
    new["id"] = old["id"]
    new["main_api_id"] = _main_api_id(old.get("main_api_id"), kept_by, note)
    new["user_id"] = _whole(old.get("user_id"), -_LARGEST_BIGINT, _LARGEST_BIGINT) or 0
    new["data_type"] = _data_type(old.get("data_type"), note)
    new["original_name"] = _text(old.get("original_name"), 255) or ""
    new["mime_type"] = _text(old.get("mime_type"), 100) or ""
    new["file_size"] = _whole(old.get("file_size"), 0, _LARGEST_BIGINT)
    new["bulk_path"] = _text(old.get("bulk_path"), 500)
    new["library_path"] = _text(old.get("library_path"), 500)
    new["status"] = _word(old.get("status"), _STATUSES, "downloading", "status", note)
    new["created_at"], new["updated_at"] = _times(old, now, note)
    return taken


def checklist(old: Row | None, status: str, now: datetime) -> Taken:
    """`processing_checklist`, nothing of it due: `media-vm adopt` says what is to be done. status: the media's;
    without a row of its own it tells of the steps what it can."""
    taken = Taken()
    note, new = taken.notes.append, taken.columns
    if old is None:
        note("it had no processing_checklist")
        done = {"completed": 4, "processing": 1}.get(status, 0)
        old = {step: "completed" if at < done else "pending" for at, step in enumerate(STEPS)}
        old = {**old, "created_at": now, "updated_at": now}
    words = frozenset({"pending", "completed", "failed"})
    for step in STEPS:
        new[step] = _word(old.get(step), words, "pending", step, note)
        new[f"{step}_attempts"] = _whole(old.get(f"{step}_attempts"), 0, _LARGEST_INT) or 0
    new["worker_id"] = _text(old.get("worker_id"), 50)
    new["created_at"], new["updated_at"] = _times(old, now, note)
    return taken


def analysis(old: Row, now: datetime) -> Taken:
    """`media_ai_analysis`. Of each JSON column `{column}_is_json` is what the server says of it."""
    taken = Taken()
    note, new = taken.notes.append, taken.columns
    for column in ("raw_google_response", "raw_gpt4_response", "dominant_colors"):
        new[column] = _json(old, column, note)
    new["detected_objects"] = _shaped(old, "detected_objects", _things, note)
    new["mood_keywords"] = _shaped(old, "mood_keywords", _keywords, note)
    new["detected_text"] = _text(old.get("detected_text"), None)
    new["subject_matter"] = _text(old.get("subject_matter"), None)
    new["style_classification"] = _text(old.get("style_classification"), 255)
    new["medium_detected"] = _text(old.get("medium_detected"), 255)
    new["quality_score"] = _within(old, "quality_score", 100, note)
    new["confidence_score"] = _within(old, "confidence_score", 1, note)
    new["created_at"] = _time(old, "created_at", note) or now
    new["generated_at"] = new["created_at"]
    told = ("raw_google_response", "raw_gpt4_response", "style_classification", "medium_detected")
    new["is_ai_enhanced"] = any(new[column] for column in told)
    return taken


def rank(old: Row) -> tuple[int, int]:
    """Of several media with one main_api_id the highest keeps it: the one that came furthest, of those alike the
    last, for its URL is what the main API heard last."""
    order = ("failed", "downloading", "processing", "completed")
    return (order.index(old["status"]) if old.get("status") in order else 0, old["id"])


def _main_api_id(value: Any, kept_by: int | None, note: Callable[[str], None]) -> int | None:
    found = _whole(value, 1, _LARGEST_BIGINT)
    if found is None and value is not None:
        note(f"main_api_id {value} is no id")
    if found is not None and kept_by is not None:
        note(f"main_api_id {found} stays with media {kept_by}, which has it too")
        return None
    return found


def _data_type(value: Any, note: Callable[[str], None]) -> str:
    found = _DATA_TYPES.get(str(value or "").strip().lower())
    if found is None or found != value:
        note(f"data_type was {_shown(value)}, is {found or 'profile'}")
    return found or "profile"


def _word(value: Any, words: frozenset[str], otherwise: str, column: str, note: Callable[[str], None]) -> str:
    if value in words:
        return str(value)
    note(f"{column} was {_shown(value)}, is {otherwise}")
    return otherwise


def _whole(value: Any, least: int, most: int) -> int | None:
    return value if isinstance(value, int) and least <= value <= most else None


def _text(value: Any, width: int | None) -> str | None:
    if value is None:
        return None
    text = value.decode("utf-8", "replace") if isinstance(value, bytes | bytearray) else str(value)
    return text[:width]


def _times(old: Row, now: datetime, note: Callable[[str], None]) -> tuple[datetime, datetime]:
    created, updated = _time(old, "created_at", note), _time(old, "updated_at", note)
    return created or updated or now, updated or created or now


def _time(old: Row, column: str, note: Callable[[str], None]) -> datetime | None:
    """`{column}_as_written`: what a DATETIME says, of which the column is the UTC; `{column}_is_twice`: it lies in
    an hour that the clocks repeat."""
    found, written = old.get(column), old.get(f"{column}_as_written")
    if old.get(f"{column}_is_twice"):
        note(f"{column} {written} was twice that day, when the clocks went back: it may be an hour off")
    if isinstance(found, datetime):
        return found
    if isinstance(written, datetime):
        note(f"{column} {written} is taken for UTC: the server does not know its own time zone")
        return written
    note(f"{column} was {_shown(found)}")
    return None


def _json(old: Row, column: str, note: Callable[[str], None]) -> str | None:
    text = _text(old.get(column), None)
    if text is None or text.strip() == "null":
        return None
    if not old.get(f"{column}_is_json"):
        note(f"{column} is no JSON and was left behind")
        return None
    return text


def _shaped(old: Row, column: str, shape: Callable[[Any], list[Any] | None], note: Callable[[str], None]) -> Any:
    text = _json(old, column, note)
    if text is None:
        return None
    try:
        found = shape(json.loads(text))
    except (ValueError, RecursionError):
        found = None
    if found is None:
        note(f"{column} has a form of its own and was left behind")
    return json.dumps(found) if found else None


def _things(value: Any) -> list[Any] | None:
    """Objects as `[{"name", "confidence"}]`; Google's own words for the two are understood. Who tells no
    confidence is left out."""
    if not isinstance(value, list):
        return None
    things = []
    for one in value:
        if not isinstance(one, dict):
            return None
        name = one.get("name", one.get("description"))
        confidence = one.get("confidence", one.get("score"))
        if not isinstance(name, str) or isinstance(confidence, bool) or not isinstance(confidence, int | float):
            return None
        things.append({"name": name, "confidence": confidence})
    return things


def _keywords(value: Any) -> list[Any] | None:
    words = value.split(",") if isinstance(value, str) else value
    if not isinstance(words, list) or not all(isinstance(one, str) for one in words):
        return None
    return [word.strip() for word in words if word.strip()]


def _within(old: Row, column: str, most: int, note: Callable[[str], None]) -> Any:
    value = old.get(column)
    if value is None:
        return None
    if isinstance(value, int | float) and math.isfinite(value) and 0 <= value <= most:
        return value
    note(f"{column} was {_shown(value)}, which is not within 0 and {most}")
    return None


def _shown(value: Any) -> str:
    """For a line of its history: short, and in no doubt about its ends."""
    return "empty" if value is None else repr(str(value)[:40])
