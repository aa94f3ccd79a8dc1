"""Workers that die while pictures are made again: none is off for a moment, and in the end all are remade."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from media_vm.adapters.database import DatabaseStore
from media_vm.adapters.engine import open_engine
from media_vm.adapters.fsck_disk import StorageDisk
from media_vm.adapters.fsck_rows import DatabasePromises
from media_vm.adapters.reprocess_requests import DatabaseRequests
from media_vm.fsck import Check
from media_vm.rules.policy import Policy
from media_vm.rules.reprocessing import REMADE, Remake
from media_vm.rules.upkeep import Slice
from media_vm.upkeep_ports import Keeper
from tests.faults.ledger_api import LedgerAPI
from tests.faults.sight import ASKED_AGAIN, NOT_AT_REST, NOT_COMPLETED, REMADE_WITH, Sight, sight_of
from tests.faults.verdict import Verdict, converged, damaged
from tests.faults.waiting import until
from tests.faults.workers import ENDED_BY_KILL, Place, kill, start, stop

CRASH_PATIENCE_SECONDS = 15.0
NEEDS_A_DEAD_WORKER = "freed"
# Every point that a worker passes while it makes pictures again; the others are about bytes that come in.
REMAKING_POINTS = (
    "remaking",
    "claimed",
    "rendered",
    "published",
    "syncing",
    "renaming",
    "renamed",
    "recording",
    "recorded",
    "sending",
    "sent",
    "releasing",
    "released",
    "freed",
)
EVERY_REMAKING = [
    (point, passing) for point in REMAKING_POINTS for passing in (1, 2) if (point, passing) != ("freed", 2)
]
ANOTHER_LOOK = b" again"


def finish(place: Place, api: LedgerAPI) -> None:
    """Every picture is complete, told and at rest."""
    worker = start(place)
    with sight_of(place.database) as sight:
        until(lambda: not api.unfinished() and not sight.count(NOT_AT_REST))
    stop(worker)


def ask_again(database: str) -> int:
    """Everything of every picture, as `media-vm reprocess --all --yes` does; how many."""
    engine = open_engine(database, connections=2)
    with sight_of(database) as sight:
        ids = [number for (number,) in sight.rows("SELECT id FROM media_files ORDER BY id")]
    asked = DatabaseRequests(engine).ask(ids, Remake(frozenset(REMADE)))
    engine.dispose()
    return asked


def crash_while_remaking(point: str, passing: int, place: Place, api: LedgerAPI) -> tuple[bool, Verdict]:
    """Did a worker die at that passing of a point; and how it all ended after another took over."""
    finish(place, api)
    asked, place = ask_again(place.database), replace(place, look=ANOTHER_LOOK)
    if point == NEEDS_A_DEAD_WORKER:
        start(place, "claimed=kill").join(CRASH_PATIENCE_SECONDS)
    worker = start(place, f"{point}=kill@{passing}")
    worker.join(CRASH_PATIENCE_SECONDS)
    crashed = worker.exitcode == ENDED_BY_KILL
    if not crashed:
        kill(worker)
    with sight_of(place.database) as sight:
        off = sight.count(NOT_COMPLETED) + damaged(sight, place.storage)
    verdict = converged(place, api)
    with sight_of(place.database) as sight:
        verdict.notes += _wrong(sight, place.storage, asked, off)
    return crashed, verdict


def _wrong(sight: Sight, storage: Path, asked: int, off: int) -> list[str]:
    """A sentence for everything that is."""
    told = [f"{off} pictures or files were off when the worker had died"] if off else []
    if waiting := sight.count(ASKED_AGAIN):
        told.append(f"{waiting} requests are open still")
    if (remade := sight.count(REMADE_WITH)) != asked:
        told.append(f"{remade} of {asked} pictures were made again")
    updates = sight.count("SELECT count(DISTINCT media_id) FROM media_callbacks WHERE kind = 'update'")
    if updates != asked:
        told.append(f"the main API heard of {updates} of {asked}")
    return told + [f"fsck: {one}" for one in findings(sight, storage)]


def findings(sight: Sight, storage: Path) -> list[str]:
    """What fsck says, repairing nothing."""
    keeper = Keeper(
        promises=DatabasePromises(sight.engine),
        marks=DatabaseStore(sight.engine, Policy()),
        disk=StorageDisk(storage),
        grace=timedelta(hours=1),
        clock=time.monotonic,
        pause=lambda _: False,
    )
    check = Check(keeper, Slice(), is_repairing=False, progress=lambda _: None)
    return [f"{one.fault.value} {one.path}" for one in check.findings()]
