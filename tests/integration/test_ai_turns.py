"""How many calls of a provider at once, and how many a minute, by threads and real databases."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta

import pytest

from media_vm.adapters.ai_pace import DatabasePace
from media_vm.ai_ports import Pace
from media_vm.ai_turns import ProcessTurns
from media_vm.rules.findings import Provider
from media_vm.testing import MemoryClock
from media_vm.testing.spending import MemoryPace
from tests.integration.databases import migrated_engine

GOOGLE, OPENAI = Provider.GOOGLE, Provider.OPENAI
NOW, LONG = timedelta(0), timedelta(seconds=100)
STEP = timedelta(milliseconds=300)


@dataclass(frozen=True, slots=True)
class Given:
    """A pace, and how time passes for it."""

    pace: Pace
    wait: Callable[[timedelta], None]


@pytest.fixture(params=["memory", "sqlite", "mariadb"])
def given(request: pytest.FixtureRequest) -> Iterator[Given]:
    if request.param == "memory":
        clock = MemoryClock()
        yield Given(MemoryPace(clock), clock.advance)
        return
    engine = migrated_engine(request.param, request)
    yield Given(DatabasePace(engine), lambda span: time.sleep(span.total_seconds()))
    engine.dispose()


def test_each_takes_the_next_moment(given: Given) -> None:
    """Told how far off it is; another provider's are its own."""
    begin = given.pace.begin
    offs = [begin(OPENAI, LONG / 10, LONG) for _ in range(3)]

    assert [0, 10, 20] == [round(off.total_seconds()) for off in offs if off is not None]
    assert NOW == begin(GOOGLE, LONG, NOW)


def test_who_cannot_wait_takes_none(given: Given) -> None:
    """So the next one does not have to wait for it; later there is one at once."""
    begin = given.pace.begin
    began = [begin(OPENAI, STEP, NOW), begin(OPENAI, STEP, NOW), begin(OPENAI, STEP, NOW)]
    given.wait(1.5 * STEP)

    assert [NOW, None, None] == began
    assert NOW == begin(OPENAI, STEP, NOW)


@pytest.mark.parametrize("kind", ["sqlite", "mariadb"])
def test_eight_at_once_take_eight_moments(kind: str, request: pytest.FixtureRequest) -> None:
    """No two the same, with no row there yet."""
    engine = migrated_engine(kind, request)
    start, offs = threading.Barrier(8), []

    def begin() -> None:
        start.wait()
        offs.append(DatabasePace(engine).begin(OPENAI, LONG, 100 * LONG))

    run_all([threading.Thread(target=begin) for _ in range(8)])
    engine.dispose()

    assert [100 * number for number in range(8)] == [
        round(off.total_seconds(), -1) for off in sorted(off for off in offs if off is not None)
    ]


def run_all(threads: list[threading.Thread]) -> None:
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def turns(at_once: int, per_minute: int = 60, *, stops: bool = False) -> tuple[ProcessTurns, list[float]]:
    """Turns on the memory's clock, and the rests that were taken."""
    clock, rests = MemoryClock(), list[float]()

    def pause(seconds: float) -> bool:
        rests.append(seconds)
        clock.advance(timedelta(seconds=seconds))
        return stops

    return ProcessTurns(MemoryPace(clock), per_minute, at_once, clock.seconds, pause), rests


def test_no_more_at_once_than_allowed() -> None:
    """The third finds no slot; another provider has its own; a slot is free again after its block."""
    given, _ = turns(2, per_minute=100_000)
    with (
        given.of(OPENAI, LONG) as first,
        given.of(OPENAI, LONG) as second,
        given.of(OPENAI, STEP / 10) as third,
        given.of(GOOGLE, NOW) as other,
    ):
        pass
    with given.of(OPENAI, LONG) as later:
        pass

    assert (True, True, False, True, True) == (first, second, third, other, later)


def test_a_slot_is_free_again_after_a_failed_call() -> None:
    """Whatever the block ends in."""
    given, _ = turns(1, per_minute=100_000)
    with pytest.raises(ValueError, match="broken"), given.of(OPENAI, LONG):
        raise ValueError("broken")
    with given.of(OPENAI, LONG) as again:
        pass

    assert again


def test_a_turn_waits_for_its_moment() -> None:
    """At 15 a minute the second call begins four seconds after the first; the third could not wait so long."""
    given, rests = turns(5, per_minute=15)
    got = []
    for wait in (0, 10, 3):
        with given.of(OPENAI, timedelta(seconds=wait)) as has_turn:
            got.append(has_turn)

    assert ([True, True, False], [4.0]) == (got, rests)


def test_who_is_to_stop_has_no_turn() -> None:
    """A worker that ends does not begin a call."""
    given, _ = turns(5, per_minute=15, stops=True)
    with given.of(OPENAI, LONG) as first, given.of(OPENAI, LONG) as second:
        pass

    assert (True, False) == (first, second)


def test_threads_are_never_more_than_allowed() -> None:
    """Twenty threads, three slots."""
    given, lock, now, most = turns(3, per_minute=100_000)[0], threading.Lock(), [0], [0]

    def call() -> None:
        with given.of(OPENAI, LONG) as has_turn:
            assert has_turn
            with lock:
                now[0] += 1
                most[0] = max(most[0], now[0])
            time.sleep(0.01)
            with lock:
                now[0] -= 1

    run_all([threading.Thread(target=call) for _ in range(20)])

    assert (0, 3) == (now[0], most[0])
