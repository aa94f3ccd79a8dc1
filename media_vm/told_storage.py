"""What `status --storage` tells, a person and a program."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from media_vm.adapters.storage_figures import Amount, Stored
from media_vm.rules.units import size_told

Users = Sequence[tuple[int, Amount]]


def storage_json(stored: Stored, users: Users) -> dict[str, Any]:
    """For a program; sizes are in bytes."""
    return {
        "areas": {str(name): _row(one) for name, one in stored.areas.items()},
        "data_types": {str(name): _row(one) for name, one in stored.data_types.items()},
        "formats": {str(name): _row(one) for name, one in stored.formats.items()},
        "top_users": [{"user_id": user, **_row(one)} for user, one in users],
        "saved_by_sharing": _row(stored.saved),
    }


def tell_storage(stored: Stored, users: Users) -> str:
    """A line each, in tables."""
    return "\n".join(_lines(stored, users))


def _lines(stored: Stored, users: Users) -> Iterator[str]:
    tables: dict[str, Mapping[Any, Amount]] = {
        "area": stored.areas,
        "type": stored.data_types,
        "format": stored.formats,
        "top users": {f"user {user}": one for user, one in users},
    }
    for title, amounts in tables.items():
        yield f"{title:<16}{'files':>10}{'size':>12}"
        yield from (f"  {name!s:<14}{one.files:>10}{size_told(one.bytes):>12}" for name, one in amounts.items())
    yield f"{'saved by sharing':<16}{stored.saved.files:>10}{size_told(stored.saved.bytes):>12}"


def _row(one: Amount) -> dict[str, int]:
    return {"files": one.files, "bytes": one.bytes}
