"""What `status --storage` tells, a person and a program."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from media_vm.adapters.storage_figures import Amount, StorageFigures

_UNITS = ("bytes", "kB", "MB", "GB", "TB", "PB")


def storage_json(figures: StorageFigures) -> dict[str, Any]:
    """For a program; sizes are in bytes."""
    return {
        "areas": {str(name): _row(one) for name, one in figures.areas.items()},
        "data_types": {str(name): _row(one) for name, one in figures.data_types.items()},
        "formats": {str(name): _row(one) for name, one in figures.formats.items()},
        "top_users": [{"user_id": user, **_row(one)} for user, one in figures.users],
        "saved_by_sharing": _row(figures.saved),
    }


def tell_storage(figures: StorageFigures) -> str:
    """A line each, in tables."""
    return "\n".join(_lines(figures))


def _lines(figures: StorageFigures) -> Iterator[str]:
    users = {f"user {user}": one for user, one in figures.users}
    tables: dict[str, Mapping[Any, Amount]] = {
        "area": figures.areas,
        "type": figures.data_types,
        "format": figures.formats,
        "top users": users,
    }
    for title, amounts in tables.items():
        yield f"{title:<16}{'files':>10}{'size':>12}"
        yield from (f"  {name!s:<14}{one.files:>10}{_size(one.bytes):>12}" for name, one in amounts.items())
    yield f"{'saved by sharing':<16}{figures.saved.files:>10}{_size(figures.saved.bytes):>12}"


def _size(number: float) -> str:
    for unit in _UNITS:
        if number < 1000 or unit == _UNITS[-1]:
            return f"{number:.0f} {unit}" if unit == "bytes" else f"{number:.1f} {unit}"
        number /= 1000
    raise AssertionError("the last unit takes everything")


def _row(one: Amount) -> dict[str, int]:
    return {"files": one.files, "bytes": one.bytes}
