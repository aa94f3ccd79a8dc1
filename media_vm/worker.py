"""The worker's life: cycle, rest, cycle, until it is told to stop."""

from __future__ import annotations

import os
import signal
import threading
import time
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime, timedelta
from types import FrameType

import structlog

from media_vm.errors import DatabaseDown
from media_vm.failpoints import armed_points
from media_vm.outage import doubt_refusals
from media_vm.pipeline import LOOK_FOR_WAKE_EVERY, run_cycle
from media_vm.poll import WAKE, last_wake
from media_vm.ports import World
from media_vm.rules.outages import Party
from media_vm.values import HEARD_OF_EVERY

log = structlog.get_logger()

# `media-vm run` ends what has not ended after 30 s, systemd after 90: the leases are let go of before.
GRACE = timedelta(seconds=20)


def work(world: World, upkeep: AbstractContextManager[None] | None = None) -> None:
    """Cycle for ever, upkeep beside it. A first SIGTERM or SIGINT stops claiming and lets the steps under way
    finish."""
    stop_on_signals(world)
    begin(world)
    world.supervisor.ready()
    with upkeep or nullcontext():
        while not world.stopping.is_set():
            woken = seen_wake(world)
            rest(cycle(world), woken, world)
    end(world)


def work_once(world: World) -> str | None:
    """Cycle until nothing falls due within the idle time; a sentence if all that is left waits for a party that is
    away, or for the disk."""
    stop_on_signals(world)
    begin(world)
    waits_for = until_nothing_is_due(world)
    end(world)
    return waits_for


def until_nothing_is_due(world: World) -> str | None:
    """Whom all that is left waits for, if anybody."""
    while not world.stopping.is_set():
        pause = cycle(world)
        if waits_for := all_wait_for(world):
            return waits_for
        if pause >= world.policy.idle:
            break
        rest(pause, seen_wake(world), world)
    return None


def all_wait_for(world: World) -> str | None:
    """Whom, if nothing falls due before somebody who is away is tried again, or within the idle time."""
    due = world.leases.next_due()
    away = [one for one in world.outages.open() if due is not None or one.party is Party.MAIN_API]
    outages = sorted(away, key=lambda outage: outage.until)
    if not outages or (due is not None and due < min(world.policy.idle, outages[0].until - world.store.now())):
        return None
    return "; ".join(f"waits for {one.party.value} ({one.kind.value}: {one.reason})" for one in outages)


def sign_on(world: World) -> None:
    """We live, although we rest."""
    try:
        world.store.sign_on(world.worker)
    except DatabaseDown as error:
        log.error("database_down", detail=str(error))


def end(world: World) -> None:
    """Nobody needs to wonder where this worker is."""
    try:
        world.store.sign_off(world.worker)
    except DatabaseDown as error:
        log.error("database_down", detail=str(error))


def begin(world: World) -> None:
    """A worker that starts may have been given another key or more money: who refused is asked again at once."""
    if points := armed_points():
        log.warning("failpoints_are_armed", points=points)
    try:
        doubt_refusals(world)
    except DatabaseDown as error:
        log.error("database_down", detail=str(error))


def cycle(world: World) -> timedelta:
    """One cycle; a database that is away is waited for."""
    try:
        return run_cycle(world)
    except DatabaseDown as error:
        log.error("database_down", detail=str(error))
        return world.policy.backoff


def rest(pause: timedelta, woken: datetime | None, world: World) -> None:
    """Sleep until something falls due, a wake call comes or the worker is to stop."""
    beaten = time.monotonic()
    ends = beaten + pause.total_seconds()
    while (left := ends - time.monotonic()) > 0:
        world.supervisor.alive(f"rests, for {pause.total_seconds():.0f} s at most")
        if world.stopping.wait(min(left, LOOK_FOR_WAKE_EVERY.total_seconds())):
            return
        if time.monotonic() - beaten >= HEARD_OF_EVERY.total_seconds():
            beaten = time.monotonic()
            sign_on(world)
        if seen_wake(world) != woken:
            log.info("woken")
            return


def seen_wake(world: World) -> datetime | None:
    """When somebody last asked us to look; unknown while the database is away."""
    try:
        return last_wake(world)
    except DatabaseDown:
        return None


def leave(world: World) -> None:
    """The grace is over and steps are still under way: others may have them at once, with no attempt spent."""
    try:
        released = world.leases.release_all(world.worker)
        world.store.sign_off(world.worker)
        log.warning("grace_is_over", released=released)
    except DatabaseDown as error:
        log.error("database_down", detail=str(error))  # the leases expire
    finally:
        os._exit(0)


def stop_on_signals(world: World) -> None:
    """The first signal asks, a second one ends the process at once, and so does the end of the grace. SIGHUP is a
    wake call."""

    def stop(number: int, _: FrameType | None) -> None:
        if world.stopping.is_set():
            os._exit(128 + number)  # at once: threads are not waited for, leases expire, children die with us
        world.stopping.set()
        grace = threading.Timer(GRACE.total_seconds(), leave, [world])
        grace.daemon = True
        grace.start()
        world.supervisor.stopping(f"lets the steps under way finish, for {GRACE.total_seconds():.0f} s at most")

    def wake(_: int, __: FrameType | None) -> None:
        # not here: the signal may have come in the middle of a transaction of this very thread
        threading.Thread(target=world.store.mark, args=(WAKE, "SIGHUP"), daemon=True).start()

    signal.signal(signal.SIGHUP, wake)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
