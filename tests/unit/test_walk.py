"""One worker's hold on one media while a step takes its time."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import timedelta

import pytest

from media_vm.errors import DatabaseDown, LeaseLost
from media_vm.ports import World
from media_vm.testing import MemoryParts, memory_parts, picture
from media_vm.values import Claim
from media_vm.walk import begin_walk

BRIEF = timedelta(milliseconds=6)


@pytest.fixture
def parts() -> MemoryParts:
    parts = memory_parts()
    parts.api.upload(123, "a.jpg", picture())
    parts.database.remember(parts.api.pending(), parts.clock.now)
    return parts


def claimed(parts: MemoryParts) -> tuple[Claim, World]:
    claim = parts.database.claim("worker-1")
    assert claim is not None
    return claim, replace(parts.world, lease=BRIEF)


def beats(parts: MemoryParts, monkeypatch: pytest.MonkeyPatch, *answers: Exception | None) -> threading.Event:
    """Answer the first renewals as given, the rest well; set when all the given ones were asked for."""
    left = list(answers)
    all_asked = threading.Event()

    def renew(claim: Claim) -> None:
        answer = left.pop(0) if left else None
        if not left:
            all_asked.set()
        if answer:
            raise answer

    monkeypatch.setattr(parts.database, "renew", renew)
    return all_asked


def test_the_lease_is_renewed_while_a_step_works(parts: MemoryParts, monkeypatch: pytest.MonkeyPatch) -> None:
    """Heartbeats come by themselves, several a lease."""
    claim, world = claimed(parts)
    all_asked = beats(parts, monkeypatch, None, None, None)

    with begin_walk(claim, world):
        renewed = all_asked.wait(5)

    assert renewed


def test_a_database_that_hiccups_does_not_stop_the_heart(
    parts: MemoryParts, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The next beat tries again."""
    claim, world = claimed(parts)
    all_asked = beats(parts, monkeypatch, DatabaseDown("gone"), None)

    with begin_walk(claim, world):
        renewed = all_asked.wait(5)

    assert renewed


def test_a_lost_lease_stops_the_heart(parts: MemoryParts, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is renewed that is somebody else's."""
    claim, world = claimed(parts)
    all_asked = beats(parts, monkeypatch, LeaseLost("lost"), None)

    with begin_walk(claim, world):
        renewed = all_asked.wait(0.05)

    assert not renewed


def test_a_step_without_progress_is_not_kept_alive(parts: MemoryParts, monkeypatch: pytest.MonkeyPatch) -> None:
    """Past every limit a step may have, its lease runs out; progress revives it."""
    claim, world = claimed(parts)
    all_asked = beats(parts, monkeypatch, None)

    def is_stuck() -> bool:
        parts.clock.advance(timedelta(hours=1))
        all_asked.wait(0.05)  # a beat that was under way may still come
        all_asked.clear()
        return not all_asked.wait(0.05)

    with begin_walk(claim, world) as walk:
        was_stuck = is_stuck()
        walk.progress()
        revived = all_asked.wait(5)

    assert (True, True) == (was_stuck, revived)
