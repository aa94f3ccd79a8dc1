"""May a call go under the daily cap? Days are UTC, by the database's clock.

Before a call what it costs at most is set aside, and what it did cost is written down after it. So the cap is not
exceeded by calls that cost at most what was set aside, however many are under way. It may be exceeded by what a
call costs above that, and by calls that outlive what was set aside for them.

What is set aside stays so until the call is over. A call whose end nobody saw (its worker died) or that was given
up with its answer under way may be billed: what was set aside for it counts as spent until the day is over. Only
what is spent waits for the next day; who finds the rest set aside for others comes again soon.

A call whose price nobody knows counts like the day's dearest known one, before it goes and after: some figure is
better than none, and that one is of this very work. As long as no priced call was made that day the figure is 0:
a cap without a single price caps nothing. A call that failed with its cost unknown counts 0: a provider that
refuses connections must not use up the day.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta

from media_vm.rules.prices import MICRO


@dataclass(frozen=True, slots=True)
class Spent:
    """Micro-USD of one day: what is known, and was set aside for calls whose end nobody saw; what is set aside for
    calls under way; and the dearest call.
    unknown_calls: answered, at a price that nobody knows."""

    known: int = 0
    reserved: int = 0
    unknown_calls: int = 0
    dearest: int = 0

    @property
    def counted(self) -> int:
        """What the cap is compared with."""
        return self.known + self.reserved + self.unknown_calls * self.dearest


def to_set_aside(spent: Spent, most: int | None) -> int:
    """Micro-USD. most: what the call costs at most; None: nobody knows."""
    return spent.dearest if most is None else most


def may_go(spent: Spent, cap: int, most: int | None) -> bool:
    """A call that is free always may."""
    if most == 0:
        return True
    return spent.counted < cap and spent.counted + to_set_aside(spent, most) <= cap


def is_spent(spent: Spent, cap: int, most: int | None) -> bool:
    """May such a call not go even when all calls under way are over, and cost nothing?"""
    return not may_go(replace(spent, reserved=0), cap, most)


def cap_of(daily_usd: float | None) -> int | None:
    """The setting in micro-USD, rounded down; None: no cap."""
    return None if daily_usd is None else math.floor(daily_usd * MICRO)


def day_of(now: datetime) -> datetime:
    """When its UTC day began."""
    return datetime.combine(now.astimezone(UTC).date(), time(), UTC)


def next_day(now: datetime) -> datetime:
    """When the next one begins: until then who may not go waits."""
    return day_of(now) + timedelta(days=1)
