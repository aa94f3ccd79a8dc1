"""Trouble around the pictures on a world of memory: whoever is away, killed, broken or told to stop."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from media_vm.errors import (
    ChildDied,
    DatabaseDown,
    Misconfigured,
    NoRoom,
    ProviderDown,
    StepFailed,
    TooSlow,
    TryAgain,
)
from media_vm.pipeline import run_cycle
from media_vm.rules.callbacks import EventKind
from media_vm.rules.checklist import Step, StepStatus
from media_vm.rules.failures import Kind
from media_vm.rules.pictures import MediaStatus, SourceFacts
from media_vm.rules.policy import Policy
from media_vm.testing import MemoryParts, memory_parts, picture
from tests.unit.cycles import DAY, HOUR, checklist, let_time_pass, statuses, told


@pytest.fixture
def parts() -> MemoryParts:
    return memory_parts()


def test_a_main_api_that_is_away_costs_nothing() -> None:
    """A day's outage burns no attempt, cleans nothing up, and everything is delivered after it."""
    parts = memory_parts(Policy(backoff=timedelta(minutes=5)))
    parts.api.upload(123, "a.jpg", picture())
    parts.api.answers = [ProviderDown("unreachable", "gone")]
    run_cycle(parts.world)
    parts.api.down = ProviderDown("unreachable", "gone")
    let_time_pass(parts, DAY)
    during = checklist(parts)
    parts.api.down = None
    let_time_pass(parts, HOUR)

    assert (StepStatus.PENDING, 0) == (during[Step.UPDATE_CALLBACK].status, during[Step.UPDATE_CALLBACK].attempts)
    assert MediaStatus.COMPLETED == during.status
    assert [EventKind.COMPLETE] == told(parts)


def test_a_wrong_key_pauses_and_says_so(parts: MemoryParts) -> None:
    """The poll's outcome is on record, and the next one waits for the idle time."""
    parts.api.down = Misconfigured("key_refused", "check MAIN_API_KEY")

    rest = run_cycle(parts.world)

    mark = parts.database.marked("poll")
    assert timedelta(minutes=10) == rest
    assert mark is not None and mark.note.startswith("misconfigured: key_refused")


def test_the_third_death_is_poison(parts: MemoryParts) -> None:
    """A file that kills its child three times goes to quarantine; the same bytes again end it with a cleanup."""
    parts.api.upload(123, "a.jpg", picture())
    parts.pixels.troubles = [ChildDied("killed_by_SIGSEGV", "crash", crash_signal=True) for _ in range(3)]

    let_time_pass(parts, HOUR)

    assert 3 == checklist(parts).deaths
    assert parts.files.reasons[1].reason == "killed_by_SIGSEGV"
    assert Kind.POISON == getattr(checklist(parts).last_error, "kind", None)
    assert [EventKind.CLEANUP] == told(parts)


def test_three_kills_without_a_crash_are_never_cleaned_up(parts: MemoryParts) -> None:
    """A child killed for its time proves nothing that the main API should act on."""
    parts.api.upload(123, "a.jpg", picture())
    parts.pixels.troubles = [ChildDied("time_limit", "slow", crash_signal=False) for _ in range(3)]

    let_time_pass(parts, HOUR)

    assert MediaStatus.FAILED == checklist(parts).status
    assert [] == told(parts)


def test_a_step_that_breaks_unexpectedly_is_retried(parts: MemoryParts) -> None:
    """A bug of ours is the item's trouble, not the worker's end."""
    parts.api.upload(123, "a.jpg", picture())
    parts.vision.troubles = [RuntimeError("bug")]  # type: ignore[list-item]

    let_time_pass(parts, HOUR)

    assert ["completed"] * 4 == statuses(parts)


def test_a_worker_that_vanished_leaves_no_trace_but_time(parts: MemoryParts) -> None:
    """Its lease expires, its unrecorded attempt is given back, and after a backoff the work is done."""
    parts.api.upload(123, "a.jpg", picture())
    parts.database.remember(parts.api.pending(), parts.clock.now)
    parts.database.claim("vanished")
    run_cycle(parts.world)
    meanwhile = statuses(parts)
    parts.clock.advance(timedelta(seconds=61))

    freed = run_cycle(parts.world)
    parts.clock.advance(freed)
    run_cycle(parts.world)

    assert ["pending"] * 4 == meanwhile
    assert timedelta(seconds=30) == freed
    assert ["completed"] * 4 == statuses(parts)
    assert 1 == checklist(parts)[Step.RETRIEVE_FILE].attempts


def test_a_database_that_is_away_stops_the_cycle(parts: MemoryParts) -> None:
    """The error reaches the worker's loop; no verdict is made of it."""
    parts.api.upload(123, "a.jpg", picture())
    parts.vision.trouble_measuring = DatabaseDown("gone")

    with pytest.raises(DatabaseDown):
        run_cycle(parts.world)

    assert 0 == len(parts.api.sent)
    assert StepStatus.PENDING == checklist(parts)[Step.AI_VISUAL_ANALYSIS].status


def test_a_stopping_worker_claims_nothing(parts: MemoryParts) -> None:
    """What is pending is remembered and left for the next worker."""
    parts.api.upload(123, "a.jpg", picture())
    parts.world.stopping.set()

    run_cycle(parts.world)

    assert ["pending"] * 4 == statuses(parts)


def test_a_stopping_worker_finishes_its_step_and_lets_go(
    parts: MemoryParts, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is done is recorded, the next step's attempt is given back, and the media is due at once."""
    parts.api.upload(123, "a.jpg", picture())
    inspect = parts.pixels.inspect

    def stop_meanwhile(source: Path) -> SourceFacts:
        parts.world.stopping.set()
        return inspect(source)

    monkeypatch.setattr(parts.pixels, "inspect", stop_meanwhile)

    run_cycle(parts.world)

    assert ["completed", "pending", "pending", "pending"] == statuses(parts)
    assert 0 == checklist(parts)[Step.AI_VISUAL_ANALYSIS].attempts
    assert timedelta(0) == parts.database.next_due()


def test_a_walk_that_breaks_ends_neither_worker_nor_neighbours(
    parts: MemoryParts, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What goes wrong outside a step leaves the lease to expire; the others go on."""
    parts.api.upload(1, "a.jpg", picture())
    parts.api.upload(2, "b.jpg", picture(width=900))
    incoming = parts.files.incoming
    tokens: list[str] = []

    def broken_once(token: str) -> Path:
        tokens.append(token)
        if len(tokens) == 1:
            raise NoRoom("storage", "the storage refuses to be written")
        return incoming(token)

    monkeypatch.setattr(parts.files, "incoming", broken_once)

    run_cycle(parts.world)

    assert [2] == [event.pending_id for event in parts.api.sent]


@pytest.mark.parametrize("error", [TryAgain("refused", "500"), TooSlow("too_slow", "hang")], ids=["500", "hang"])
def test_a_poll_that_fails_in_any_way_is_an_outage(parts: MemoryParts, error: StepFailed) -> None:
    """The worker lives on and asks again after the backoff."""
    parts.api.down = error

    rest = run_cycle(parts.world)

    mark = parts.database.marked("poll")
    assert parts.world.policy.backoff == rest
    assert mark is not None and mark.note.startswith("outage: ")
