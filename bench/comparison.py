"""What a figure is: our samples beside a peer's, taken in turns in the same run."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from statistics import median
from typing import TypeVar

T = TypeVar("T")

FEWEST_ROUNDS = 2  # one sample has no spread


class NotMeasured(Exception):
    """A figure could not be taken; the sentence says why."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """One row of the table. ours, theirs: one number in `unit` for each repetition, or each picture.

    theirs: nothing where there is neither a peer nor a bar. is_contest: False where more is
    neither better nor worse.
    """

    subject: str
    measure: str
    unit: str
    ours: tuple[float, ...]
    peer: str = ""
    theirs: tuple[float, ...] = ()
    more_is_better: bool = False
    is_contest: bool = True

    @property
    def ratio(self) -> float | None:
        """How many times better our median is than the peer's; below 1 the peer wins. None: that says nothing, or
        would be of no error at all."""
        if not (self.theirs and self.is_contest):
            return None
        ours, theirs = median(self.ours), median(self.theirs)
        better, worse = (ours, theirs) if self.more_is_better else (theirs, ours)
        return better / worse if worse else None


def in_turns(
    contenders: Mapping[str, Callable[[], T]], *, rounds: int, patience: float
) -> dict[str, tuple[T, ...]]:
    """Run all of them `rounds` times; from the second round on no other begins once `patience` seconds passed.

    Every other round runs backwards, so that a machine that warms up or is busy for a while favours nobody.
    """
    results: dict[str, list[T]] = {name: [] for name in contenders}
    names = list(contenders)
    until = time.monotonic() + patience
    for number in range(rounds):
        if number >= FEWEST_ROUNDS and time.monotonic() > until:
            break
        for name in names:
            results[name].append(contenders[name]())
        names.reverse()
    return {name: tuple(values) for name, values in results.items()}
