"""The cycle around the walks: a database that goes away, long work, and rows that others are just taking."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import timedelta

import pytest

from media_vm import pipeline
from media_vm.errors import DatabaseDown, LeaseLost
from media_vm.pipeline import run_cycle, walk_while_due
from media_vm.ports import World
from media_vm.rules.checklist import Step
from media_vm.rules.pictures import MediaStatus
from media_vm.testing import MemoryParts, memory_parts, picture
from media_vm.values import Claim


@pytest.fixture
def parts() -> MemoryParts:
    return memory_parts()


def upload(parts: MemoryParts, count: int) -> None:
    for number in range(1, count + 1):
        parts.api.upload(number, f"{number}.jpg", picture(width=900 + number))


def test_a_database_that_went_away_is_no_workers_death(parts: MemoryParts) -> None:
    """What was held is due again when it is back: no attempt spent, nobody counted, before the lease expires."""
    upload(parts, 1)
    parts.vision.trouble_measuring = DatabaseDown("gone")
    with pytest.raises(DatabaseDown):
        run_cycle(parts.world)
    parts.vision.trouble_measuring = None
    run_cycle(parts.world)

    after = parts.database.rows[1].checklist()
    assert (MediaStatus.COMPLETED, 0, 1) == (
        after.status,
        after.worker_deaths,
        after[Step.RESIZE_OPTIMIZE].attempts,
    )
    assert [] == parts.world.left_behind


def test_what_was_held_is_remembered_until_it_is_let_go(
    parts: MemoryParts, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The database may be away again in the middle; what somebody else has taken meanwhile is theirs."""
    upload(parts, 2)
    parts.database.remember(parts.api.pending(), parts.clock.now)
    claims = [parts.database.claim("memory-1"), parts.database.claim("memory-1")]
    parts.world.left_behind.extend(claim for claim in claims if claim)
    answers = [DatabaseDown("gone"), LeaseLost("another's"), None]

    def release(claim: Claim, _: object) -> None:
        if answer := answers.pop(0):
            raise answer

    monkeypatch.setattr(parts.database, "release", release)
    with pytest.raises(DatabaseDown):
        run_cycle(parts.world)
    before = len(parts.world.left_behind)
    run_cycle(parts.world)

    assert (2, 0, []) == (before, len(parts.world.left_behind), answers)


def test_a_walk_that_meets_no_database_ends_the_cycle(parts: MemoryParts, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else the others claimed on for as long as there is work, and nobody would poll or watch the disk."""
    upload(parts, 1)
    told: list[threading.Event] = []

    def broken(_: World, is_over: threading.Event) -> bool:
        told.append(is_over)
        raise DatabaseDown("gone")

    monkeypatch.setattr(pipeline, "walk_while_due", broken)
    with pytest.raises(DatabaseDown):
        run_cycle(parts.world)

    (is_over,) = told
    assert is_over.is_set()
    assert not walk_while_due(parts.world, is_over), "it claims nothing more"
    assert MediaStatus.DOWNLOADING == parts.database.rows[1].checklist().status


def test_healing_goes_on_while_there_is_work(parts: MemoryParts, monkeypatch: pytest.MonkeyPatch) -> None:
    """A backlog, or polish, may last for days; each picture here takes a minute."""
    upload(parts, 3)
    rounds: list[int] = []

    def heal() -> int:
        rounds.append(1)
        return 0

    monkeypatch.setattr(parts.database, "heal", heal)
    describe = parts.vision.describe

    def slow(*about: object) -> object:
        parts.clock.advance(timedelta(minutes=1))
        return describe(*about)  # type: ignore[arg-type]

    monkeypatch.setattr(parts.vision, "describe", slow)

    monkeypatch.setattr(pipeline, "walk_while_due", one_at_a_time)
    run_cycle(parts.world)

    assert 4 == len(rounds)


def one_at_a_time(world: World, is_over: threading.Event) -> bool:
    claim = world.leases.claim(world.worker)
    if claim is None:
        return False
    pipeline.walk_one(claim, world)
    return True


def test_rows_that_others_are_just_taking_are_waited_for(
    parts: MemoryParts, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Due, and locked by somebody else: a moment's rest, not a core kept busy."""
    upload(parts, 1)
    rests: list[float | None] = []

    class Counted(threading.Event):
        def wait(self, timeout: float | None = None) -> bool:
            rests.append(timeout)
            return False

    taken, claim = [1, 2], parts.database.claim
    monkeypatch.setattr(parts.database, "claim", lambda worker: None if taken and taken.pop() else claim(worker))
    run_cycle(replace(parts.world, stopping=Counted()))

    assert 2 == len(rests)


def test_a_walk_that_broke_and_lost_its_lease_ends_no_worker(
    parts: MemoryParts, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever has it now goes on with it."""
    upload(parts, 1)

    def broken(*_: object) -> None:
        raise ValueError("a bug")

    def lost(*_: object) -> None:
        raise LeaseLost("another's")

    monkeypatch.setattr(pipeline, "advance", broken)
    monkeypatch.setattr(parts.database, "release", lost)
    claimed = parts.database.claim
    once = iter([1])
    monkeypatch.setattr(parts.database, "claim", lambda worker: claimed(worker) if next(once, 0) else None)

    parts.database.remember(parts.api.pending(), parts.clock.now)
    assert walk_while_due(parts.world, threading.Event())
