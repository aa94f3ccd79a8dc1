"""What `media-vm replace-urls --status` tells: a person, a program, and Prometheus by way of a text file."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from media_vm.replacing_ports import Counts
from media_vm.replacing_status import Left
from media_vm.rules.replacing import Stays

_HEAD = ("total", "temp", "permanent", "other")
_WHY = {
    Stays.WAITING: "processed and not complete",
    Stays.UNPLACED: "unplaced (no column holds their temp path; `--complete-unplaced` completes them)",
    Stays.GONE: "gone (deleted here or failed, while a column still holds their temp path; empty it)",
}
_ORPHANS = "orphans (temp paths that no run will replace; `media-vm replace-urls` lists them)"


def left_json(left: Left) -> dict[str, Any]:
    """For a program. Ages are in seconds."""
    return {
        "columns": [
            {"column": str(one.column), **dict(zip(_HEAD, _numbers(one), strict=True))} for one in left.counts
        ],
        "processed": {one.value: _staying_json(left, one) for one in Stays},
        "orphans": left.orphans,
        "is_overdue": left.is_overdue,
    }


def tell_left(left: Left) -> str:
    """A table, and what stays below it."""
    width = max(len(str(one.column)) for one in left.counts) + 2
    lines = [f"{'column':<{width}}" + "".join(f"{name:>11}" for name in _HEAD)]
    lines += [
        f"{one.column!s:<{width}}" + "".join(f"{number:>11}" for number in _numbers(one)) for one in left.counts
    ]
    lines += [_staying(left, one) for one in Stays if left.staying[one].images]
    if not any(one.images for one in left.staying.values()):
        lines.append("every processed image is complete")
    if left.orphans:
        lines.append(f"{left.orphans} {_ORPHANS}")
    return "\n".join(lines)


def metrics(left: Left) -> str:
    """Prometheus' text format."""
    return "".join(f"{line}\n" for line in _metrics(left))


def _metrics(left: Left) -> Iterator[str]:
    yield "# HELP media_vm_main_api_urls What the main API's columns hold: temp paths, permanent URLs, or else."
    yield "# TYPE media_vm_main_api_urls gauge"
    for column in left.counts:
        for name, number in zip(_HEAD[1:], _numbers(column)[1:], strict=True):
            yield f'media_vm_main_api_urls{{column="{column.column}",holds="{name}"}} {number}'
    yield "# HELP media_vm_main_api_processed_images Images that are processed and not complete."
    yield "# TYPE media_vm_main_api_processed_images gauge"
    for one in Stays:
        yield f'media_vm_main_api_processed_images{{state="{one}"}} {left.staying[one].images}'
    yield "# HELP media_vm_main_api_processed_oldest_age_seconds Since the first of them became so; 0 without any."
    yield "# TYPE media_vm_main_api_processed_oldest_age_seconds gauge"
    for one in Stays:
        age = (left.age(one) or timedelta()).total_seconds()
        yield f'media_vm_main_api_processed_oldest_age_seconds{{state="{one}"}} {age:.0f}'
    yield "# HELP media_vm_main_api_orphans Temp paths in the columns that no run will replace."
    yield "# TYPE media_vm_main_api_orphans gauge"
    yield f"media_vm_main_api_orphans {left.orphans}"
    yield "# HELP media_vm_main_api_status_timestamp_seconds When this was counted."
    yield "# TYPE media_vm_main_api_status_timestamp_seconds gauge"
    yield f"media_vm_main_api_status_timestamp_seconds {left.at.timestamp():.0f}"


def _numbers(one: Counts) -> tuple[int, int, int, int]:
    return one.total, one.temp, one.permanent, one.total - one.temp - one.permanent


def _staying_json(left: Left, one: Stays) -> dict[str, Any]:
    staying, age = left.staying[one], left.age(one)
    return {
        "images": staying.images,
        "oldest": staying.oldest.isoformat() if staying.oldest else None,
        "oldest_seconds": age.total_seconds() if age is not None else None,
    }


def _staying(left: Left, one: Stays) -> str:
    told, age = f"{left.staying[one].images} images are {_WHY[one]}", left.age(one)
    if age is None:
        return told
    hours, rest = divmod(int(age.total_seconds()), 3600)
    is_overdue = one is Stays.WAITING and left.is_overdue
    return f"{told}, the oldest for {hours} h {rest // 60} min" + (" (OVERDUE)" if is_overdue else "")
