"""Ask the main API what waits for us; how often, and what its silence means, is `outage.py`'s."""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog

from media_vm.errors import StepFailed
from media_vm.failpoints import failpoint
from media_vm.outage import go_on, over
from media_vm.ports import World
from media_vm.rules.failures import Kind
from media_vm.rules.outages import OF_MAIN_API, Party

log = structlog.get_logger()

POLL, WAKE = "poll", "wake"  # marks


def remember_pending(world: World) -> timedelta:
    """Take in the main API's pending list. A main API that is away stops nothing: what we hold already goes on."""
    began, known = world.store.now(), world.outages.of(Party.MAIN_API)
    if known and began < known.until and not asked_since_poll(world):
        return known.until - began
    try:
        pending = world.api.pending()
    except StepFailed as error:
        outage = go_on(known, Party.MAIN_API, error.failure, began, world)
        world.store.mark(POLL, f"{outage.kind.value}: {error}")
        if known:  # that it began was told
            log.info("poll_failed", reason=error.reason, detail=error.detail)
        return outage.until - began
    if known:
        all_over(world)
    new = world.store.remember(pending, began)
    failpoint("remembered")
    listed = len(pending.images) if pending.total is None else pending.total
    skipped = f"; {len(pending.skipped)} skipped, the first: {pending.skipped[0]}" if pending.skipped else ""
    world.store.mark(POLL, f"ok, listed {listed}{skipped}")
    if new:
        log.info("remembered", new=new)
    return world.policy.idle


def all_over(world: World) -> None:
    """The main API is back. That it was away may be why files and answers failed; if they go on failing,
    their outages begin anew."""
    for outage in world.outages.open():
        is_theirs = outage.party in OF_MAIN_API and outage.kind is Kind.OUTAGE
        if outage.party is Party.MAIN_API or is_theirs:
            over(outage.party, world)


def last_wake(world: World) -> datetime | None:
    """When somebody last asked us to look."""
    wake = world.store.marked(WAKE)
    return wake.at if wake else None


def asked_since_poll(world: World) -> bool:
    """Did a wake call come after the last poll? Then whoever was away may be back."""
    polled, woken = world.store.marked(POLL), last_wake(world)
    return polled is not None and woken is not None and woken > polled.at
