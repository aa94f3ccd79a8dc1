"""What is taken up again when its time has come, or when there is time left."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta

import structlog

from media_vm.errors import LeaseLost
from media_vm.failpoints import failpoint
from media_vm.ports import World
from media_vm.rules.callbacks import Event, EventKind
from media_vm.rules.checklist import Step
from media_vm.rules.outages import PARTY_OF
from media_vm.rules.reprocessing import out_of_reach
from media_vm.steps import completion
from media_vm.values import Media

log = structlog.get_logger()


def let_go_of_the_left_behind(world: World) -> None:
    """What we held when the database went away is due again, and no death is counted: it was an outage."""
    if world.left_behind:
        world.store.sign_on(world.worker)  # the loop goes round, also while the next line finds nobody
    while world.left_behind:
        with suppress(LeaseLost):
            world.leases.release(world.left_behind[-1], world.store.now())
        world.left_behind.pop()


def heal(world: World) -> None:
    """What failed for want of luck gets a further round now and then."""
    healed = world.store.heal()
    if healed:
        failpoint("healed")
        log.info("healed", items=healed)


def polish_next(world: World) -> bool:
    """With nothing else to do, one picture at a time in fewer bytes (`rules/polish.py`); is there one?"""
    may = world.polishes and not world.stopping.is_set() and not world.outages.open()
    return may and world.store.polish_next()


def next_due(world: World, *, has_hands: bool) -> timedelta | None:
    """How long until something falls due. With nothing due now, the next picture that an operator wants made again
    is, if there is one: so no queue of those, however long, stands before an upload. has_hands: may somebody take
    it up at once?"""
    due = world.leases.next_due()
    is_idle = has_hands and due != timedelta(0) and not world.stopping.is_set()
    return timedelta(0) if is_idle and remake_next(world) else due


def remake_next(world: World) -> bool:
    """The next picture to be made again falls due (`rules/reprocessing.py`); is there one that can be made now,
    and room for it?"""
    queue = world.reprocessing
    request = queue.next(world.worker, world.remakes_at_once, _out_of_reach(world)) if queue else None
    if queue is None or request is None:
        return False
    is_only_told = request.remake.steps == {Step.UPDATE_CALLBACK}
    has_begun = queue.begin(request, world.worker, _update(request.media, world) if is_only_told else None)
    failpoint("remaking")
    return has_begun


def _out_of_reach(world: World) -> frozenset[Step]:
    if not (outages := world.outages.open()):
        return frozenset()
    providers = {PARTY_OF[one] for choice in world.vision.choices for one in choice}
    return out_of_reach(outages, providers, world.store.now())


def _update(media: Media, world: World) -> Event | None:
    made, analysis = world.store.made(media.id), world.store.analysis(media.id)
    return completion(EventKind.UPDATE, media, made, analysis, media.checklist.degraded, world)
