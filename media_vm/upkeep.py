"""What media VM does about itself, beside its pictures: a timetable of jobs, each by one process at a time.

temporaries   hourly   what a killed worker left unfinished is removed
fsck          daily    one part in thirty of all files is read, compared and repaired
retention     daily    what nobody needs any longer goes (`retention.py`)

Beside these: AI's (`upkeep_ai.py`), and every half hour how much is stored of what, which the metrics tell.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from functools import partial

import structlog

from media_vm.fsck import Check, abandoned, require_storage
from media_vm.rules.upkeep import Slice, slice_of
from media_vm.upkeep_ports import Job, Keeper

log = structlog.get_logger()

PARTS = 30  # every file is read once a month
NEXT_PART = "fsck next part"


def jobs(keeper: Keeper) -> Sequence[Job]:
    """The timetable."""
    return (
        Job("temporaries", timedelta(hours=1), partial(remove_temporaries, keeper)),
        Job("fsck", timedelta(days=1), partial(check_next_part, keeper)),
    )


def remove_temporaries(keeper: Keeper) -> int:
    """Remove what nobody will finish; returns how many. Misconfigured: the storage is away."""
    require_storage(keeper)
    paths = abandoned(keeper)
    for path in paths:
        keeper.disk.remove(path)
    if paths:
        log.info("temporaries_removed", number=len(paths))
    return len(paths)


def check_next_part(keeper: Keeper) -> int:
    """Check and repair the part that comes next; one that is interrupted comes again. Returns how many findings
    need a person. Misconfigured: the storage is away."""
    require_storage(keeper)
    mark = keeper.marks.marked(NEXT_PART)
    part = (slice_of(mark.note) if mark else None) or Slice(1, PARTS)
    check = Check(keeper, part, is_repairing=True, progress=lambda _: None)
    left = 0
    for one in check.findings():
        tell = log.error if one.is_open else log.warning
        tell("fsck_found", media_id=one.media_id, fault=one.fault.value, path=one.path, remedy=one.remedy.value)
        left += one.is_open
    if not check.was_stopped:
        keeper.marks.mark(NEXT_PART, str(part.next()))
    log.info("fsck_checked", part=str(part), media=check.checked, left=left)
    return left
