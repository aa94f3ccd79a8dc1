"""What is taken up again when its time has come, or when there is time left."""

from __future__ import annotations

from contextlib import suppress

import structlog

from media_vm.errors import LeaseLost
from media_vm.failpoints import failpoint
from media_vm.ports import World

log = structlog.get_logger()


def let_go_of_the_left_behind(world: World) -> None:
    """What we held when the database went away is due again, and no death is counted: it was an outage."""
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
