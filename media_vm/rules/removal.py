"""What is left of a deleted media, and where something of it may lie that no row names (contract §5.1).

Kept: its ids, its type, its door and its times, how its steps went, and what its AI calls cost. Wiped: whose it
was, every name, path, digest and text, what was told to the main API, and what AI said.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, timedelta
from pathlib import PurePosixPath

from media_vm.rules.old_names import begins_with_user
from media_vm.rules.paths import bulk_folder, library_folder
from media_vm.rules.pictures import DataType

NOBODY = 0  # whose a media is of which nothing is left; the main API's users begin at 1


def is_trace(path: str, media_id: int, *, is_old: bool = False) -> bool:
    """Is it a file of that media, by its name: `789-…`, `789.bin`, `.tmp-789`? In bulk `789-event-…` is a user's.
    is_old: `789_…`, too, as the system before ours spelt it."""
    place = PurePosixPath(path)
    if "bulk" in place.parts[:-1] and begins_with_user(place.name):
        return False
    after = "[-._]" if is_old else "[-.]"
    return re.match(rf"(?:\.tmp-)?{media_id}(?:{after}|$)", place.name) is not None


def folders_of(user_id: int, data_type: DataType, library: str | None, days: Iterable[date]) -> tuple[str, ...]:
    """Where its files may be: its library folder, and bulk's on each day that something happened to it, or on the
    day before, for a step that goes on past midnight is recorded after it."""
    near = {day - timedelta(days=back) for day in days for back in (0, 1)}
    folders = {library_folder(user_id, data_type), *(bulk_folder(day) for day in near)}
    return tuple(sorted(folders | ({library} if library else set())))
