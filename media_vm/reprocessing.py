"""Which pictures would be made again, and putting them into the queue (`rules/reprocessing.py`)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from media_vm.reprocess_ports import Candidate, Chosen, Requests
from media_vm.rules.pictures import DataType
from media_vm.rules.reprocessing import Lack, Remake

BATCH: Final = 500  # rows of one look or transaction

HasOriginal = Callable[[str], bool]
Progress = Callable[[int], None]


@dataclass
class Plan:
    """What a request comes to.

    media_ids: what is to be asked for; kinds: how many of each type. is_asked: how many it is asked of already.
    under_way: those that are being made again right now, and are left alone. lacking: of what nothing can be made.
    unknown: ids that were named and are nobody's, or were deleted.
    """

    media_ids: list[int] = field(default_factory=list)
    kinds: Counter[DataType] = field(default_factory=Counter)
    is_asked: int = 0
    under_way: int = 0
    lacking: dict[int, Lack] = field(default_factory=dict)
    unknown: list[int] = field(default_factory=list)


def plan(
    requests: Requests, chosen: Chosen, remake: Remake, has_original: HasOriginal, progress: Progress
) -> Plan:
    """Look at all that are meant; nothing is changed. has_original: is a stored original's file there? progress:
    told how many were looked at so far."""
    found, seen, after = Plan(), set[int](), 0
    while True:
        batch = requests.chosen(chosen, remake, after, BATCH)
        for one in batch:
            seen.add(one.media_id)
            _sort(one, remake, has_original, found)
        progress(len(seen))
        if len(batch) < BATCH:
            found.unknown = sorted(chosen.ids - seen)
            return found
        after = batch[-1].media_id


def queue(requests: Requests, found: Plan, remake: Remake, progress: Progress) -> int:
    """Ask for all of it; how many that changed something for. A run that is cut off is run again: what waits
    already is not asked twice."""
    requests.begin_anew()
    asked = 0
    for start in range(0, len(found.media_ids), BATCH):
        some = found.media_ids[start : start + BATCH]
        asked += requests.ask(some, remake)
        progress(start + len(some))
    return asked


def _sort(one: Candidate, remake: Remake, has_original: HasOriginal, found: Plan) -> None:
    lack = one.lack
    if lack is None and remake.needs_original and not (one.path and has_original(one.path)):
        lack = Lack.NO_ORIGINAL
    if lack is not None:
        found.lacking[one.media_id] = lack
    elif one.is_asked:
        found.is_asked += 1
    elif one.is_under_way:
        found.under_way += 1
    else:
        found.media_ids.append(one.media_id)
        found.kinds[one.data_type] += 1
