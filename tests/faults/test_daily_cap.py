"""A day's money for AI is spent: pictures go live without, and the days that follow make up for it.

Simulated are time, files, pixels and the main API. Providers, till, database and Google's true client are those of
the worker; Google is a stand-in on a real socket.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import cast

import pytest

from media_vm.adapters.ai_answers import DatabaseAnswers
from media_vm.adapters.ai_usage import DatabaseSpending
from media_vm.ai_ports import Spending
from media_vm.rules.callbacks import EventKind
from media_vm.rules.findings import Call, Provider
from media_vm.testing import picture
from media_vm.testing.answers import MemoryAnswers
from media_vm.testing.spending import MemorySpending
from media_vm.vision.local import LocalVision
from tests.faults.simulated import DATABASES, DAY, HOUR, Simulated, simulated
from tests.paid_vision import GOOGLE_COST, PRICES, Desk, desk
from tests.pictures import photo

MEDIA, AT_ONCE, LATER = 50, 20, 30
CAP = MEDIA * GOOGLE_COST
ANYTHING_ELSE = Call(Provider.OPENAI, "another", "vision", 900, cost_usd=LATER * GOOGLE_COST / 1_000_000)


@dataclass
class Day:
    """A simulated worker that Google describes pictures for."""

    sim: Simulated
    desk: Desk
    spending: Spending

    def reasons(self, kind: EventKind) -> Counter[tuple[bool, str | None]]:
        """What the main API was told: was somebody asked, and why it is less."""
        bodies = [json.loads(event.body or "") for event in self.sim.parts.api.sent if event.kind is kind]
        return Counter(
            (body["ai_enhanced"], next((d["reason"] for d in body["degraded"]), None)) for body in bodies
        )


@cache
def _jpeg(number: int) -> bytes:
    body: bytes = photo(32, 16 + number).jpegsave_buffer(keep="none")
    return body


def _day(kind: str, cap: int, request: pytest.FixtureRequest, stack: ExitStack) -> Day:
    sim = stack.enter_context(simulated(kind, request))
    clock, disk = sim.parts.clock, sim.parts.files.disk

    def small_copy(source: Path) -> bytes:
        return _jpeg(int(disk[source].split()[1]) - 1000)

    spending: Spending = MemorySpending(clock, PRICES, cap)
    answers: MemoryAnswers | DatabaseAnswers = MemoryAnswers(clock)
    if sim.engine:
        spending, answers = DatabaseSpending(sim.engine, PRICES, cap, "worker-1"), DatabaseAnswers(sim.engine)
    made = stack.enter_context(
        desk(clock, spending=spending, answers=answers, small_copy=small_copy, now=sim.world.store.now)
    )
    local = cast("LocalVision", sim.parts.vision)
    sim.world = replace(sim.world, vision=replace(made.providers, local=local, models=()))
    for number in range(1, MEDIA + 1):
        sim.parts.api.upload(number, f"{number}.jpg", picture(width=1000 + number))
    return Day(sim, made, spending)


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as opened:
        yield opened


@pytest.mark.parametrize("kind", DATABASES)
def test_what_the_day_cannot_pay_the_next_day_does(
    kind: str, request: pytest.FixtureRequest, stack: ExitStack
) -> None:
    """20 are described, 30 are live at once and say why they are less; nobody is asked until midnight (UTC), and
    no attempt is spent. Then all are finished, and told. Takes longer than 5 s: 50 pictures in a real database."""
    day = _day(kind, CAP, request, stack)
    day.spending.record(ANYTHING_ELSE, None, "")
    day.sim.pass_time(11 * HOUR)  # from noon
    asked_today, spent = len(day.desk.google.asked), day.spending.spent_today()
    first = day.reasons(EventKind.COMPLETE)
    updates_today = day.sim.told(EventKind.UPDATE)
    day.sim.pass_time(3 * HOUR)

    assert (AT_ONCE, CAP, 0) == (asked_today, spent.known, spent.reserved)
    assert {(True, None): AT_ONCE, (False, "budget"): LATER} == first
    assert [] == updates_today
    assert MEDIA == len(day.desk.google.asked)
    assert {(True, None): LATER} == day.reasons(EventKind.UPDATE)
    assert sorted(day.sim.told(EventKind.UPDATE)) == sorted(set(day.sim.told(EventKind.UPDATE)))
    assert [["completed"] * 4] * MEDIA == [day.sim.statuses(number) for number in range(1, MEDIA + 1)]
    assert {1} == {day.sim.attempts(number)[1] for number in range(1, MEDIA + 1)}


def test_a_backlog_takes_as_many_days_as_it_costs(request: pytest.FixtureRequest, stack: ExitStack) -> None:
    """With money for 20 a day, 50 are done on the third, each once; no day costs more than its cap."""
    day = _day("memory", AT_ONCE * GOOGLE_COST, request, stack)
    asked = []
    for span in (11 * HOUR, DAY, DAY, timedelta(hours=2)):
        day.sim.pass_time(span)
        asked.append(len(day.desk.google.asked))

    assert [AT_ONCE, 2 * AT_ONCE, MEDIA, MEDIA] == asked
    assert {(True, None): LATER} == day.reasons(EventKind.UPDATE)
    assert list(range(AT_ONCE + 1, MEDIA + 1)) == sorted(day.sim.told(EventKind.UPDATE))
