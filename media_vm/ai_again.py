"""Pictures described again: a minute's worth after the other, so that uploads meanwhile come in between.

All that is due is worked off in order of its time. Ten thousand pictures that are due now would stand before
everything that comes in for hours, since a provider takes only so many a minute.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from media_vm.ai_ports import Analyses, Wanted
from media_vm.rules.pictures import DataType

LARGEST_BATCH: Final = 500  # rows of one transaction
A_MINUTE: Final = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Again:
    """kinds: how many pictures of each type. held: those that a worker was at. lasts: until the last falls due."""

    kinds: Mapping[DataType, int]
    held: int
    lasts: timedelta

    @property
    def pictures(self) -> int:
        """Of all types."""
        return sum(self.kinds.values())


def describe_again(analyses: Analyses, wanted: Wanted, per_minute: int, *, is_asking: bool) -> Again:
    """All that are wanted; unless is_asking they are only counted. per_minute: as many as a provider takes."""
    kinds, held, after, last = Counter[DataType](), 0, 0, timedelta(0)
    most = min(per_minute, LARGEST_BATCH)
    while True:
        later = A_MINUTE * (kinds.total() // per_minute)
        batch = analyses.ask(wanted, after, most, later) if is_asking else analyses.wanted(wanted, after, most)
        kinds.update(batch.kinds)
        held += batch.held
        last = later if batch.kinds else last
        if batch.last is None:
            return Again(kinds, held, last)
        after = batch.last
