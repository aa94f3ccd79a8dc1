"""What is told of changes, and what of it is forgotten; time is told, and no question takes any."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from media_vm.errors import DatabaseDown
from media_vm.testing import EPOCH
from serve.freshness import Freshness
from serve.shelf import News


@dataclass
class Teller:
    """A shelf that tells what a test wants it to, and what of that was forgotten."""

    told: dict[int, datetime] = field(default_factory=dict)
    since: datetime = EPOCH
    forgotten: list[int] = field(default_factory=list)
    seconds: float = 1000.0
    error: Exception | None = None

    async def ask(self) -> News:
        if self.error:
            raise self.error
        return News(900, self.since, self.told)

    def looked(self, freshness: Freshness, told: dict[int, datetime]) -> list[int]:
        """What one more look makes forgotten that finds all this, half a second after the last."""
        self.told, self.seconds, self.forgotten[:] = told, self.seconds + 0.5, []

        async def look() -> None:
            freshness.is_fresh()
            await freshness.wait()

        asyncio.run(look())
        return list(self.forgotten)


def at(seconds: float) -> datetime:
    """A row's time."""
    return EPOCH + timedelta(seconds=seconds)


def freshness_of(teller: Teller) -> Freshness:
    return Freshness(teller.ask, teller.forgotten.append, lambda: teller.seconds)


def test_a_change_is_forgotten_once_though_it_is_told_for_a_minute() -> None:
    """And each time that its time moves, backwards too: who waited for a row's lock took the time before that."""
    teller = Teller()
    fresh = freshness_of(teller)
    times = (1, 1, 2, 1.5, 1.5)

    assert [[5], [], [5], [5], []] == [teller.looked(fresh, {5: at(one)}) for one in times]


def test_a_change_is_known_though_it_is_not_told_each_time() -> None:
    """After a bulk change a media is told of only while it is remembered: one that is asked for once a second
    would else be looked up each time."""
    teller = Teller()
    fresh = freshness_of(teller)
    told = [{5: at(1)}, {}, {5: at(1)}, {6: at(1)}, {5: at(1), 6: at(2)}]

    assert [[5], [], [], [6], [6]] == [teller.looked(fresh, one) for one in told]


def test_no_more_is_kept_of_changes_than_of_a_minute() -> None:
    """However long a bulk change takes."""
    teller = Teller()
    fresh = freshness_of(teller)
    for second in range(100):
        teller.since = at(second - 60)
        teller.looked(fresh, {second: at(second)})

    assert 60 == len(fresh._seen)


def test_a_look_that_fails_makes_nothing_fresh_and_nothing_forgotten() -> None:
    """The next that succeeds tells all the same."""
    teller = Teller(error=DatabaseDown("away"))
    fresh = freshness_of(teller)
    failed, is_known = teller.looked(fresh, {5: at(1)}), fresh.never_was(901)
    teller.error = None

    assert ([], False) == (failed, is_known)
    assert [5] == teller.looked(fresh, {5: at(1)})
