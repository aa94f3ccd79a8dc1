"""`python -m tests.faults.tiny_disk STORAGE DATABASE_FILE`: more pictures than STORAGE has room for, then room.

Runs in a mount name space of its own, where STORAGE is a file system of 160 kB; prints the verdict as JSON.
"""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import asdict, replace
from pathlib import Path

from media_vm.testing import picture
from tests.faults.crashes import scene
from tests.faults.sight import DISK_AWAY, sight_of
from tests.faults.verdict import converged
from tests.faults.waiting import until
from tests.faults.workers import start, stop

ITEMS = 30


def main(storage: Path, database: Path) -> None:
    """Fill it, look, make room, look again."""
    with scene(f"sqlite:///{database}", storage.parent, items=0) as (place, api):
        place = replace(place, storage=storage)
        for number in range(1, ITEMS + 1):
            api.upload(number, picture(width=1000 + number), user_id=number % 3 + 1)
        worker = start(place)
        with sight_of(place.database) as sight:
            was_seen = until(lambda: sight.count(DISK_AWAY))
        halfway, cleaned_up = len(api.unfinished()), api.wrongly_ended()
        stop(worker)
        subprocess.run(["mount", "-o", "remount,size=20m", str(storage)], check=True)
        verdict = converged(place, api)
    if not was_seen or not 0 < halfway < ITEMS or cleaned_up:
        verdict.notes.append(f"{halfway} unfinished while the disk was full, {len(cleaned_up)} cleaned up")
    print(json.dumps(asdict(verdict)))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
