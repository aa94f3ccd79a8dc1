"""What is taken up again when its time has come, or when there is time left."""

from __future__ import annotations

import structlog

from media_vm.failpoints import failpoint
from media_vm.ports import World

log = structlog.get_logger()


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
