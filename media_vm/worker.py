"""The worker's life: cycle, rest, cycle, until it is told to stop."""

from __future__ import annotations

import os
import signal
import time
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime, timedelta
from types import FrameType

import structlog

from media_vm.errors import DatabaseDown
from media_vm.pipeline import LOOK_FOR_WAKE_EVERY, last_wake, run_cycle
from media_vm.ports import World

log = structlog.get_logger()


def work(world: World, upkeep: AbstractContextManager[None] | None = None) -> None:
    """Cycle for ever, upkeep beside it. A first SIGTERM or SIGINT stops claiming and lets the steps under way
    finish."""
    stop_on_signals(world)
    with upkeep or nullcontext():
        while not world.stopping.is_set():
            woken = seen_wake(world)
            rest(cycle(world), woken, world)


def work_once(world: World) -> str | None:
    """Cycle until nothing falls due within the idle time; a sentence if what is left waits for the main API."""
    stop_on_signals(world)
    while not world.stopping.is_set():
        pause = cycle(world)
        poll = world.store.marked("poll")
        if poll and poll.note != "ok":
            return f"the main API could not be asked, {poll.note}"
        if pause >= world.policy.idle:
            break
        world.stopping.wait(pause.total_seconds())
    return None


def cycle(world: World) -> timedelta:
    """One cycle; a database that is away is waited for."""
    try:
        return run_cycle(world)
    except DatabaseDown as error:
        log.error("database_down", detail=str(error))
        return world.policy.backoff


def rest(pause: timedelta, woken: datetime | None, world: World) -> None:
    """Sleep until something falls due, a wake call comes or the worker is to stop."""
    ends = time.monotonic() + pause.total_seconds()
    while (left := ends - time.monotonic()) > 0:
        if world.stopping.wait(min(left, LOOK_FOR_WAKE_EVERY.total_seconds())):
            return
        if seen_wake(world) != woken:
            log.info("woken")
            return


def seen_wake(world: World) -> datetime | None:
    """When somebody last asked us to look; unknown while the database is away."""
    try:
        return last_wake(world)
    except DatabaseDown:
        return None


def stop_on_signals(world: World) -> None:
    """The first signal asks, a second one ends the process at once."""

    def stop(number: int, _: FrameType | None) -> None:
        if world.stopping.is_set():
            os._exit(128 + number)  # at once: threads are not waited for, leases expire, children die with us
        world.stopping.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
