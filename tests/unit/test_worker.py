"""The worker's life between cycles."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from media_vm import worker
from media_vm.errors import DatabaseDown, Misconfigured, ProviderDown, StepFailed, TryAgain
from media_vm.pipeline import run_cycle
from media_vm.rules.checklist import Step, StepStatus
from media_vm.rules.outages import OUT_OF_MONEY
from media_vm.testing import MemoryParts, memory_parts, picture
from tests.said import SEEN, TOLD


@pytest.fixture
def parts(monkeypatch: pytest.MonkeyPatch) -> Iterator[MemoryParts]:
    """A memory world whose worker rests by letting the memory clock run on."""
    parts = memory_parts()
    handlers = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}

    def rest(seconds: float | None = None) -> bool:
        parts.clock.advance(timedelta(seconds=seconds or 0))
        return parts.world.stopping.is_set()

    monkeypatch.setattr(parts.world.stopping, "wait", rest)
    monkeypatch.setattr("media_vm.worker.time.monotonic", parts.clock.seconds)
    yield parts
    for number, handler in handlers.items():
        signal.signal(number, handler)


def test_once_works_off_what_is_due(parts: MemoryParts) -> None:
    """Retries that fall due within the idle time are waited for; then it ends well."""
    parts.api.upload(123, "a.jpg", picture())
    parts.vision.troubles = [TryAgain("busy", "try again")]

    waiting = worker.work_once(parts.world)

    assert waiting is None
    assert parts.database.marked(f"worker {parts.world.worker}") is None
    assert all(
        entry.status is StepStatus.COMPLETED for entry in parts.database.rows[1].checklist().entries.values()
    )


def test_once_says_what_it_could_not_ask(parts: MemoryParts) -> None:
    """With the main API away nothing more can come: a sentence, not an endless wait."""
    parts.api.down = ProviderDown("unreachable", "nobody there")

    waiting = worker.work_once(parts.world)

    assert waiting is not None and "unreachable" in waiting


REFUSALS = pytest.mark.parametrize(
    "refusal",
    [
        Misconfigured("key_refused", "it answers 401"),
        ProviderDown(OUT_OF_MONEY, "spent for today", retry_after=timedelta(hours=9)),
    ],
)


@REFUSALS
def test_who_starts_with_another_key_or_more_money_asks_at_once(parts: MemoryParts, refusal: StepFailed) -> None:
    """Not in an hour, nor at midnight: one asks, and all that waited follow."""
    parts.vision.is_configured, parts.vision.seen, parts.vision.told = True, SEEN, TOLD
    parts.vision.down = refusal
    for number in (1, 2, 3):
        parts.api.upload(number, f"{number}.jpg", picture(width=1000 + number))
    run_cycle(parts.world)
    parts.vision.down = None

    worker.begin(parts.world)
    run_cycle(parts.world)
    parts.clock.advance(timedelta(seconds=2))
    run_cycle(parts.world)

    assert [(StepStatus.COMPLETED, 1)] * 3 == [_analysis(parts, number) for number in (1, 2, 3)]
    assert [] == list(parts.outages.open())


@REFUSALS
def test_who_starts_with_the_same_is_told_so_again(parts: MemoryParts, refusal: StepFailed) -> None:
    """At each start one picture asks both, with a line of each, and no attempt is spent."""
    parts.vision.is_configured, parts.vision.down, parts.vision.google_down = True, refusal, refusal
    for number in (1, 2):
        parts.api.upload(number, f"{number}.jpg", picture(width=1000 + number))
    with capture_logs() as lines:
        for _ in range(5):
            worker.begin(parts.world)
            run_cycle(parts.world)
            run_cycle(parts.world)

    assert 5 == parts.vision.calls
    assert 10 == len([line for line in lines if line["event"] == "outage_began"])
    assert [(StepStatus.PENDING, 0)] * 2 == [_analysis(parts, number) for number in (1, 2)]


def _analysis(parts: MemoryParts, media_id: int) -> tuple[StepStatus, int]:
    """Its column, and the attempts that it cost."""
    entry = parts.database.rows[media_id].checklist()[Step.AI_VISUAL_ANALYSIS]
    return entry.status, entry.attempts


def test_a_wake_call_ends_the_rest(parts: MemoryParts) -> None:
    """Seen within the two seconds between two looks."""
    before = worker.seen_wake(parts.world)
    parts.database.mark("wake")

    worker.rest(timedelta(minutes=10), before, parts.world)

    assert parts.clock.seconds() <= 2


def test_a_rest_ends_when_it_is_over(parts: MemoryParts) -> None:
    """Nobody calls: the whole pause, not more."""
    worker.rest(timedelta(seconds=61), None, parts.world)

    assert parts.clock.seconds() == pytest.approx(61)


def test_a_resting_worker_says_that_it_lives(parts: MemoryParts) -> None:
    """Every half minute, so that `status` soon knows of one that was killed."""
    worker.rest(timedelta(minutes=10), None, parts.world)

    heard = parts.database.marked(f"worker {parts.world.worker}")
    assert heard is not None
    assert parts.database.now() - heard.at <= timedelta(seconds=32)


def test_a_rest_goes_on_while_the_database_is_away(parts: MemoryParts, monkeypatch: pytest.MonkeyPatch) -> None:
    """Saying that one lives is no reason to die."""

    def away(worker: str) -> None:
        raise DatabaseDown("gone")

    monkeypatch.setattr(parts.database, "sign_on", away)
    worker.rest(timedelta(minutes=1), None, parts.world)

    assert parts.clock.seconds() == pytest.approx(60)


def test_once_that_could_not_ask_is_no_success_however_short_the_idle_time(
    parts: MemoryParts, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Something falls due before the main API is tried again, but both only after the idle time."""
    world = replace(parts.world, policy=replace(parts.world.policy, idle=timedelta(seconds=1)))
    parts.api.down = ProviderDown("unreachable", "nobody there")
    worker.cycle(world)
    monkeypatch.setattr(parts.database, "next_due", lambda: timedelta(seconds=2))

    assert "unreachable" in (worker.all_wait_for(world) or "")


def test_a_database_that_is_away_is_waited_for(parts: MemoryParts, monkeypatch: pytest.MonkeyPatch) -> None:
    """The worker lives on; it looks again after the backoff."""

    def away() -> int:
        raise DatabaseDown("gone")

    monkeypatch.setattr(parts.database, "next_due", away)

    assert parts.world.policy.backoff == worker.cycle(parts.world)


def test_an_unknown_wake_is_no_wake(parts: MemoryParts, monkeypatch: pytest.MonkeyPatch) -> None:
    """A database that is away while resting does not end the rest."""

    def away(name: str) -> None:
        raise DatabaseDown("gone")

    monkeypatch.setattr(parts.database, "marked", away)

    assert worker.seen_wake(parts.world) is None


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_first_signal_asks_and_a_second_ends(
    parts: MemoryParts, number: signal.Signals, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first stops claiming, and begins the grace; the second is an order."""
    timers: list[tuple[float, object]] = []

    class Grace:  # a real one ends whatever process it is in
        def __init__(self, seconds: float, call: object, _: object) -> None:
            timers.append((seconds, call))

        def start(self) -> None:
            timers.append((0, "started"))

    monkeypatch.setattr("media_vm.worker.threading.Timer", Grace)
    worker.stop_on_signals(parts.world)
    os.kill(os.getpid(), number)
    asked, begun = parts.world.stopping.is_set(), timers[:]

    codes: list[int] = []
    monkeypatch.setattr("media_vm.worker.os._exit", codes.append)

    signal.raise_signal(number)

    assert asked
    assert [(20, worker.leave), (0, "started")] == begun
    assert [128 + number] == codes


def test_work_goes_on_until_told_to_stop(parts: MemoryParts, monkeypatch: pytest.MonkeyPatch) -> None:
    """Cycle, rest, cycle: a picture that came during the rest is done too."""
    cycles = []

    def cycle(world: object) -> timedelta:
        cycles.append(time.monotonic)
        if len(cycles) == 2:
            parts.api.upload(123, "a.jpg", picture())
        if len(cycles) == 4:
            parts.world.stopping.set()
        return real(parts.world)

    real = worker.cycle
    monkeypatch.setattr(worker, "cycle", cycle)

    worker.work(parts.world)

    assert 4 == len(cycles)
    assert parts.database.rows[1].checklist()[Step.UPDATE_CALLBACK].status is StepStatus.COMPLETED
