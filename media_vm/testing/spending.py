"""What AI calls cost, and when they may begin, in memory."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from media_vm.ai_ports import CostBy, CostLine, Reservation
from media_vm.rules.budget import Spent, day_of, is_spent, may_go, next_day, to_set_aside
from media_vm.rules.findings import Call, Provider
from media_vm.rules.pace import moment
from media_vm.rules.prices import Prices, cost_of, sound
from media_vm.testing.clock import MemoryClock


@dataclass(frozen=True, slots=True)
class Paid:
    """One call as it was written down."""

    at: datetime
    call: Call
    media_id: int | None
    prompt_version: str
    micro_usd: int | None


class MemorySpending:
    """The `Spending` port over lists. paid: all that was written down."""

    def __init__(self, clock: MemoryClock, prices: Prices, cap: int | None) -> None:
        self._clock, self._prices, self._cap = clock, prices, cap
        self._lock = threading.Lock()
        self._held: dict[str, tuple[int, datetime]] = {}
        self._number = 0
        self.paid: list[Paid] = []

    def reserve(self, most: int | None, lasts: timedelta) -> Reservation | datetime | None:
        """Under one lock."""
        if self._cap is None or most == 0:
            return Reservation("", 0)
        with self._lock:
            spent = self._today()
            if not may_go(spent, self._cap, most):
                return next_day(self._clock.now) if is_spent(spent, self._cap, most) else None
            self._number += 1
            aside = Reservation(f"held-{self._number}", to_set_aside(spent, most))
            self._held[aside.token] = aside.micro_usd, self._clock.now + lasts
            return aside

    def record(
        self, call: Call, media_id: int | None, prompt_version: str, reservation: Reservation | None = None
    ) -> None:
        """Both at once."""
        with self._lock:
            call = sound(call)
            self.paid.append(Paid(self._clock.now, call, media_id, prompt_version, cost_of(call, self._prices)[0]))
            if reservation:
                self._held.pop(reservation.token, None)

    def release(self, reservation: Reservation) -> None:
        """Forget it."""
        with self._lock:
            self._held.pop(reservation.token, None)

    def spent_today(self) -> Spent:
        """Of the memory clock's day."""
        with self._lock:
            return self._today()

    def costs(self, since: datetime, by: CostBy) -> Sequence[CostLine]:
        """One line each."""
        groups = defaultdict[str, list[Paid]](list)
        for one in self.paid:
            if one.at >= since:
                groups[_name(one, by)].append(one)
        lines = [_line(name, group) for name, group in sorted(groups.items(), reverse=by is CostBy.DAY)]
        return lines if by is CostBy.DAY else sorted(lines, key=lambda line: -line.micro_usd)

    def _today(self) -> Spent:
        now = self._clock.now
        today = [one for one in self.paid if one.at >= day_of(now)]
        costs = [one.micro_usd for one in today if one.micro_usd is not None]
        return Spent(
            sum(costs) + sum(aside for aside, ends in self._held.values() if day_of(now) <= ends <= now),
            sum(aside for aside, ends in self._held.values() if ends > now),
            sum(one.micro_usd is None and one.call.reason is None for one in today),
            max(costs, default=0),
        )


class MemoryPace:
    """The `Pace` port over a dictionary."""

    def __init__(self, clock: MemoryClock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._next: dict[Provider, datetime] = {}

    def begin(self, provider: Provider, interval: timedelta, wait: timedelta) -> timedelta | None:
        """The next moment, if it is near enough."""
        with self._lock:
            now = self._clock.now
            begins = moment(self._next.get(provider), now, wait)
            if begins is None:
                return None
            self._next[provider] = begins + interval
            return begins - now


def _name(one: Paid, by: CostBy) -> str:
    return {
        CostBy.PROVIDER: one.call.provider.value,
        CostBy.MODEL: one.call.model,
        CostBy.TASK: one.call.task,
        CostBy.DAY: one.at.date().isoformat(),
    }[by]


def _line(name: str, group: Sequence[Paid]) -> CostLine:
    return CostLine(
        name,
        len(group),
        sum(one.call.reason is not None for one in group),
        sum(one.call.tokens_in or 0 for one in group),
        sum(one.call.tokens_out or 0 for one in group),
        sum(one.micro_usd or 0 for one in group),
        sum(one.micro_usd is None and one.call.reason is None for one in group),
    )
