"""What `media-vm replace-urls --status` tells: a person, a program, and Prometheus by way of a text file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any

from media_vm.replacing_ports import Counts, Waiting

OVERDUE = timedelta(hours=24)
_HEAD = ("total", "temp", "permanent", "other")


def is_overdue(waiting: Waiting) -> bool:
    """Is there an image that has been processed for a day, and is not complete?"""
    return waiting.age is not None and waiting.age > OVERDUE


def columns_json(counts: Sequence[Counts], waiting: Waiting) -> dict[str, Any]:
    """For a program. Ages are in seconds."""
    return {
        "columns": [{"column": str(one.column), **dict(zip(_HEAD, _numbers(one), strict=True))} for one in counts],
        "processed": waiting.images,
        "oldest": waiting.oldest.isoformat() if waiting.oldest else None,
        "oldest_seconds": waiting.age.total_seconds() if waiting.age is not None else None,
        "is_overdue": is_overdue(waiting),
    }


def tell_columns(counts: Sequence[Counts], waiting: Waiting) -> str:
    """A table, and a line below it."""
    width = max(len(str(one.column)) for one in counts) + 2
    lines = [f"{'column':<{width}}" + "".join(f"{name:>11}" for name in _HEAD)]
    lines += [f"{one.column!s:<{width}}" + "".join(f"{number:>11}" for number in _numbers(one)) for one in counts]
    return "\n".join([*lines, _waiting(waiting)])


def metrics(counts: Sequence[Counts], waiting: Waiting) -> str:
    """Prometheus' text format."""
    return "".join(f"{line}\n" for line in _metrics(counts, waiting))


def _metrics(counts: Sequence[Counts], waiting: Waiting) -> Iterator[str]:
    yield "# HELP media_vm_main_api_urls What the main API's columns hold: temp paths, permanent URLs, or else."
    yield "# TYPE media_vm_main_api_urls gauge"
    for one in counts:
        for name, number in zip(_HEAD[1:], _numbers(one)[1:], strict=True):
            yield f'media_vm_main_api_urls{{column="{one.column}",holds="{name}"}} {number}'
    yield "# HELP media_vm_main_api_processed_images Images that are processed and not complete."
    yield "# TYPE media_vm_main_api_processed_images gauge"
    yield f"media_vm_main_api_processed_images {waiting.images}"
    yield "# HELP media_vm_main_api_processed_oldest_age_seconds Since the first of them became so; 0 without any."
    yield "# TYPE media_vm_main_api_processed_oldest_age_seconds gauge"
    age = waiting.age or timedelta()
    yield f"media_vm_main_api_processed_oldest_age_seconds {age.total_seconds():.0f}"
    yield "# HELP media_vm_main_api_status_timestamp_seconds When this was counted."
    yield "# TYPE media_vm_main_api_status_timestamp_seconds gauge"
    yield f"media_vm_main_api_status_timestamp_seconds {waiting.at.timestamp():.0f}"


def _numbers(one: Counts) -> tuple[int, int, int, int]:
    return one.total, one.temp, one.permanent, one.total - one.temp - one.permanent


def _waiting(waiting: Waiting) -> str:
    if not waiting.images:
        return "every processed image is complete"
    told = f"{waiting.images} images are processed and not complete"
    if waiting.age is None:
        return told
    hours, rest = divmod(int(waiting.age.total_seconds()), 3600)
    return f"{told}, the oldest for {hours} h {rest // 60} min" + (" (OVERDUE)" if is_overdue(waiting) else "")
