"""What serve counts as it answers, and how it is handed over."""

from __future__ import annotations

import asyncio
from copy import deepcopy

from media_vm.rules.pictures import Format, Size
from serve.tally import BOUNDS, EVERY_SECONDS, Requests, Sent, Tally, Variants

GRID: Variants = (Size.GRID, Format.AVIF, None)


class Kept:
    """What was handed over, each time."""

    def __init__(self) -> None:
        self.requests: list[dict[tuple[str, int], Requests]] = []
        self.sent: list[dict[Variants, Sent]] = []
        self.missing: list[int] = []

    def add(self, tally: Tally) -> None:
        self.requests.append(deepcopy(tally.requests))
        self.sent.append(deepcopy(tally.sent))
        self.missing.append(tally.missing)


class Loop:
    """Remembers what is to be called, and when."""

    def __init__(self) -> None:
        self.later: list[float] = []

    def call_later(self, seconds: float, _: object) -> None:
        self.later.append(seconds)


def test_durations_fall_into_their_buckets() -> None:
    """One at a bound falls below it, as Prometheus's `le` says; what takes for ever falls into the last."""
    tally = Tally()
    for seconds in (0.0, BOUNDS[0], BOUNDS[0] + 1e-9, BOUNDS[-1] + 1):
        tally.request("picture", 200, seconds)
    buckets = tally.requests["picture", 200].buckets

    assert [2, 1, 1] == [buckets[0], buckets[1], buckets[-1]]
    assert 4 == sum(buckets)


def test_it_is_handed_over_once_a_second_and_only_if_there_is_something(monkeypatch: object) -> None:
    """What was counted is counted once; whoever counts on has the same place to count in."""
    kept, loop = Kept(), Loop()
    tally = Tally(kept)
    of_grid = tally.of(*GRID)

    async def ask() -> None:
        asyncio.get_running_loop().call_later = loop.call_later  # type: ignore[method-assign, assignment]
        tally.request("picture", 200, 0.5)
        tally.request("picture", 200, 0.25)
        of_grid.hits += 2
        of_grid.bytes += 100
        tally.missing += 1
        tally.hand_over()
        tally.hand_over()
        tally.request("picture", 404, 0.5)

    asyncio.run(ask())

    assert [EVERY_SECONDS, EVERY_SECONDS] == loop.later
    assert [(2, 0.75), (0, 0.0)] == [
        (sum(one["picture", 200].buckets), one["picture", 200].seconds) for one in kept.requests
    ]
    assert [Sent(hits=2, bytes=100), Sent()] == [one[GRID] for one in kept.sent]
    assert ([1, 0], True) == (kept.missing, tally.of(*GRID) is of_grid)


def test_where_nobody_asks_nothing_is_due() -> None:
    """No timer, not even a loop."""
    tally = Tally()
    tally.request("picture", 200, 0.5)
    tally.hand_over()

    assert 1 == sum(tally.requests["picture", 200].buckets)
