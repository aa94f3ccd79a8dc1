"""The pending list, entry by entry: one bad entry never spoils the others (contract §2)."""

from __future__ import annotations

from datetime import UTC, datetime

from media_vm.rules.temp_names import is_safe_temp_path
from media_vm.values import PendingImage

LARGEST_ID = 2**63 - 1
SHOWN = 60


def read_pending(body: object) -> tuple[list[PendingImage], list[str]]:
    """The good entries, each id once, and a sentence about each bad one. ValueError: it is no list."""
    if not isinstance(body, dict) or not isinstance(body.get("images"), list):
        raise ValueError('it should be {"images": […], "total": n}')
    good: dict[int, PendingImage] = {}
    bad: list[str] = []
    for entry in body["images"]:
        try:
            image = _read_entry(entry)
            good.setdefault(image.id, image)
        except ValueError as problem:
            bad.append(str(problem))
    return list(good.values()), bad


def read_total(body: dict[str, object]) -> int | None:
    """The main API's own count; None if it tells none that makes sense."""
    total = body.get("total")
    return total if isinstance(total, int) and not isinstance(total, bool) and 0 <= total <= LARGEST_ID else None


def _read_entry(entry: object) -> PendingImage:
    if not isinstance(entry, dict):
        raise ValueError(f"an entry is {type(entry).__name__}, not an object")
    pending_id = _id(entry, "id")
    return PendingImage(
        id=pending_id,
        user_id=_id(entry, "user_id"),
        image_path=_path(entry, pending_id),
        original_name=_text(entry, "original_name") or "image",
        mime_type=_text(entry, "mime_type"),
        created_at=_time(entry.get("created_at")),
        data_type=_text(entry, "data_type") or None,
    )


def _id(entry: dict[str, object], name: str) -> int:
    value = entry.get(name)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value <= LARGEST_ID:
        raise ValueError(f"{name} {str(value)[:SHOWN]!r} is no positive whole number")
    return value


def _path(entry: dict[str, object], pending_id: int) -> str:
    value = entry.get("image_path")
    if not isinstance(value, str) or len(value) > 500 or not is_safe_temp_path(value):
        raise ValueError(
            f"entry {pending_id}: image_path {str(value)[:SHOWN]!r} is no plain path under the main API"
        )
    return value


def _text(entry: dict[str, object], name: str) -> str:
    """Names and types are only told on: what is no text, or no valid Unicode, is left out."""
    value = entry.get(name)
    if not isinstance(value, str):
        return ""
    printable = "".join(sign for sign in value if sign.isprintable())
    return printable.encode("utf-8", "ignore").decode()


def _time(value: object) -> datetime | None:
    """ISO 8601; without a zone it is UTC; anything else is unknown."""
    if not isinstance(value, str):
        return None
    try:
        time = datetime.fromisoformat(value)
        return time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
