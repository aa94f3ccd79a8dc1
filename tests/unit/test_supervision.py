"""The loop, and nobody else, says that it lives."""

from __future__ import annotations

import threading
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest

from media_vm import supervision, worker
from media_vm.errors import DatabaseDown
from media_vm.pipeline import run_cycle
from media_vm.ports import World
from media_vm.supervision import threads_for_walks
from media_vm.testing import MemoryParts, memory_parts, picture
from media_vm.values import PendingList


@dataclass
class Heard:
    """A supervisor that remembers what it was told, and by which thread."""

    told: list[str] = field(default_factory=list)
    threads: set[int] = field(default_factory=set)

    def ready(self) -> None:
        """It is up."""
        self._hear("ready")

    def alive(self, doing: str) -> None:
        """The loop came round."""
        self._hear(f"alive: {doing}")

    def stopping(self, doing: str) -> None:
        """It ends."""
        self._hear(f"stopping: {doing}")

    def _hear(self, what: str) -> None:
        self.told.append(what)
        self.threads.add(threading.get_ident())


@pytest.fixture
def parts() -> MemoryParts:
    """A world of memory."""
    return memory_parts()


@pytest.fixture
def heard() -> Heard:
    """Its supervisor."""
    return Heard()


def _watched(parts: MemoryParts, heard: Heard) -> World:
    return replace(parts.world, supervisor=heard)


def test_the_loop_tells_of_each_turn(parts: MemoryParts, heard: Heard) -> None:
    """By its own thread, although walks and heartbeats have others."""
    parts.api.upload(123, "a.jpg", picture())

    run_cycle(_watched(parts, heard))

    assert {threading.get_ident()} == heard.threads
    assert ["alive: 0 at work"] * 2 == heard.told


def test_a_loop_that_hangs_is_silent(parts: MemoryParts, heard: Heard, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is told while the main API's answer does not come, however many threads live on."""
    world, pending, silent = _watched(parts, heard), parts.world.api.pending, []

    def slow() -> PendingList:
        before = len(heard.told)
        with threads_for_walks(2, world.supervisor, timedelta(0)) as (threads, _):
            assert threads.submit(threading.get_ident).result() != threading.get_ident()
            silent.append(len(heard.told) == before)
        return pending()

    monkeypatch.setattr(parts.api, "pending", slow)
    run_cycle(world)

    assert [True] == silent


def test_rest_is_told_too(parts: MemoryParts, heard: Heard, monkeypatch: pytest.MonkeyPatch) -> None:
    """And that the worker began and was told to end."""
    monkeypatch.setattr(worker, "stop_on_signals", lambda _: None)
    stopping = parts.world.stopping

    def stop(_: float) -> bool:
        stopping.set()
        return True

    monkeypatch.setattr(stopping, "wait", stop)

    worker.work(_watched(parts, heard))

    assert ["ready", "alive: 0 at work", "alive: rests, for 600 s at most"] == heard.told


def test_who_waits_for_the_last_steps_lives(heard: Heard, monkeypatch: pytest.MonkeyPatch) -> None:
    """A database that went away ends the round; what is under way has its deadline, and our patience."""
    monkeypatch.setattr(supervision, "LOOK_EVERY", timedelta(milliseconds=1))
    told, ended = threading.Event(), []

    def alive(doing: str) -> None:
        heard.told.append(doing)
        told.set()

    def last_step(is_over: threading.Event) -> None:
        ended.append(is_over.wait(60) and told.wait(60))

    monkeypatch.setattr(heard, "alive", alive)
    with suppress(DatabaseDown), threads_for_walks(1, heard, timedelta(minutes=1)) as (threads, is_over):
        threads.submit(last_step, is_over)
        raise DatabaseDown("away")

    assert [True] == ended
    assert {"waits for the last steps of this round"} == set(heard.told)


def test_patience_with_the_last_steps_ends(heard: Heard, monkeypatch: pytest.MonkeyPatch) -> None:
    """What hangs in a thread of its own is not kept alive for ever either."""
    monkeypatch.setattr(supervision, "LOOK_EVERY", timedelta(milliseconds=1))
    may_end = threading.Event()

    with threads_for_walks(1, heard, timedelta(milliseconds=3)) as (threads, _):
        threads.submit(lambda: may_end.wait(60))
        threading.Timer(0.1, may_end.set).start()

    assert 3 == len(heard.told)
