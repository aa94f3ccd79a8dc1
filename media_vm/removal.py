"""A deleted media goes: its files first, then all but the marks of its rows (`rules/removal.py`).

    asked       the row says `deleted_at`, so serve answers 410 and no step is taken any more
    erasing     what its rows name, and what is named after it: variants, original, quarantine
    wiped       one transaction, after which nobody could find a file of it that was forgotten

A crash anywhere between them leaves it due, and the next worker begins from the top. An original that others share
stays, and goes with the last of them.
"""

from __future__ import annotations

import structlog

from media_vm.failpoints import failpoint
from media_vm.ports import World
from media_vm.walk import Walk, let_go

log = structlog.get_logger()


def remove(walk: Walk, world: World) -> None:
    """Leave nothing of it but what may be kept. OSError, where the disk does not let go of a file."""
    media_id, files, freed = walk.media.id, 0, 0
    while True:
        known = world.store.belongings(walk.claim)
        found = {*known.paths, *world.files.traces(media_id, known.folders, is_old=known.is_old)}
        ours = world.store.alone(walk.claim, sorted(found))
        world.leases.renew(walk.claim)
        freed += world.files.erase(ours)
        files += len(ours)
        failpoint("erased")
        if world.store.wipe(walk.claim, ours):
            break
    failpoint("wiped")
    log.info("media_removed", media_id=media_id, files=files, bytes=freed)
    let_go(walk, None, world)
