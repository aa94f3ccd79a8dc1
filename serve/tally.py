"""What one process of serve counts as it answers. Prometheus's own counters cost microseconds each, which every
picture would pay; these are numbers in Python, and go over to those once a second (`counters.py`)."""

from __future__ import annotations

import asyncio
from bisect import bisect_left
from dataclasses import dataclass, field
from typing import Protocol

from media_vm.rules.negotiation import Fallback
from media_vm.rules.pictures import Format, Size

EVERY_SECONDS = 1.0
BOUNDS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Upper bounds of the buckets that durations fall into, in seconds; what took longer falls into one more."""
NO_STATUS = 0  # its client hung up before there was one


@dataclass(slots=True)
class Requests:
    """Those of one route that ended with one status. buckets: how many took how long. seconds: all together."""

    buckets: list[int] = field(default_factory=lambda: [0] * (len(BOUNDS) + 1))
    seconds: float = 0.0


@dataclass(slots=True)
class Sent:
    """Answers with variants of one size and format. hits: the media was known to this process. bytes: of bodies
    that the server took over."""

    hits: int = 0
    misses: int = 0
    bytes: int = 0


Variants = tuple[Size, Format, Fallback | None]


class Keeps(Protocol):
    """Where counts go from here."""

    def add(self, tally: Tally) -> None:
        """Take all of it in; it is emptied next."""


class Tally:
    """keeps: None where nobody asks."""

    def __init__(self, keeps: Keeps | None = None) -> None:
        self._keeps = keeps
        self._is_due = keeps is None
        self.requests: dict[tuple[str, int], Requests] = {}
        self.sent: dict[Variants, Sent] = {}
        self.missing = 0

    def request(self, route: str, status: int, seconds: float) -> None:
        """One more is answered."""
        try:
            known = self.requests[route, status]
        except KeyError:
            known = self.requests[route, status] = Requests()
        known.buckets[bisect_left(BOUNDS, seconds)] += 1
        known.seconds += seconds
        if not self._is_due:
            self._is_due = True
            asyncio.get_running_loop().call_later(EVERY_SECONDS, self.hand_over)

    def of(self, size: Size, form: Format, fallback: Fallback | None) -> Sent:
        """Where to count answers of that kind; it stays the same one."""
        return self.sent.setdefault((size, form, fallback), Sent())

    def hand_over(self) -> None:
        """All that was counted since."""
        if self._keeps is None:
            return
        self._is_due = False
        self._keeps.add(self)
        self.missing = 0
        for requests in self.requests.values():
            requests.buckets[:] = [0] * len(requests.buckets)
            requests.seconds = 0.0
        for sent in self.sent.values():
            sent.hits = sent.misses = sent.bytes = 0
