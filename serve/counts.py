"""How often somebody may do something in a minute: counted in this process, in so much memory and no more."""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from limits import RateLimitItemPerMinute
from limits.storage import Storage
from limits.strategies import FixedWindowRateLimiter


class Counts(Storage):
    """Counters for the strategies of `limits`: of the `most` keys that were counted last, by `clock`'s seconds.

    The library's own memory storage keeps every key until its time is over, however many come, looks through all
    of them in a thread a hundred times a second, and counts by a clock that can be set.
    """

    STORAGE_SCHEME = None

    def __init__(self, most: int, clock: Callable[[], float]) -> None:
        super().__init__()
        self._most = most
        self._clock = clock
        self._counted: OrderedDict[str, tuple[float, int]] = OrderedDict()

    @property
    def base_exceptions(self) -> type[Exception]:
        """None is raised."""
        return ValueError

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        """Count once more; the first of a window begins its `expiry` seconds."""
        now = self._clock()
        until, count = self._counted.pop(key, (0.0, 0))
        if until <= now:
            until, count = now + expiry, 0
        self._counted[key] = until, count + amount
        if len(self._counted) > self._most:
            self._counted.popitem(last=False)
        return count + amount

    def get(self, key: str) -> int:
        """How often in this window."""
        until, count = self._counted.get(key, (0.0, 0))
        return count if until > self._clock() else 0

    def get_expiry(self, key: str) -> float:
        """When the window ends, by the clock."""
        return max(self._clock(), self._counted.get(key, (0.0, 0))[0])

    def check(self) -> bool:
        """Memory is always there."""
        return True

    def reset(self) -> int:
        """Count anew; returns how many keys there were."""
        there = len(self._counted)
        self._counted.clear()
        return there

    def clear(self, key: str) -> None:
        """Count one key anew."""
        self._counted.pop(key, None)


@dataclass(frozen=True, slots=True)
class Refused:
    """It was too often. seconds: until the next try may succeed; is_first: nobody was told so in this minute."""

    seconds: int
    is_first: bool


class Budget:
    """So many a minute for each one that it counts; with 0 as many as they like."""

    def __init__(self, per_minute: int, most: int, clock: Callable[[], float]) -> None:
        self._limit = RateLimitItemPerMinute(per_minute) if per_minute else None
        self._counts = Counts(most, clock)
        self._limiter = FixedWindowRateLimiter(self._counts)
        self._clock = clock

    def spend(self, who: str) -> Refused | None:
        """Take one; None if there was one left."""
        if self._limit is None or self._limiter.hit(self._limit, who):
            return None
        ends, _ = self._limiter.get_window_stats(self._limit, who)
        is_first = self._counts.get(self._limit.key_for(who)) == self._limit.amount + 1
        return Refused(max(1, math.ceil(ends - self._clock())), is_first)
