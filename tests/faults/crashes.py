"""Workers that die at a named point, or at any moment; another goes on, and everything ends as undisturbed."""

from __future__ import annotations

import random
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import count
from pathlib import Path

from media_vm.failpoints import POINTS
from media_vm.testing import picture
from tests.faults.gone import RETENTION, age, complete_all, delete_two, found_by_fsck, not_gone, not_retired
from tests.faults.ledger_api import LedgerAPI, ledger_api
from tests.faults.remaking import ask_again, finish
from tests.faults.sight import FAILED, sight_of
from tests.faults.verdict import Verdict, converged
from tests.faults.waiting import until
from tests.faults.workers import ENDED_BY_KILL, Place, kill, start, stop
from tests.integration.databases import prepare

CRASH_PATIENCE_SECONDS = 15.0
# What brings a worker to a point that a sound picture on an undisturbed day never passes.
NEEDS_A_BAD_FILE = {"quarantined"}
NEEDS_A_TWIN = {"settled"}
NEEDS_A_DEAD_WORKER = {"freed"}
NEEDS_A_FAILED_ITEM = {"healed"}
NEEDS_A_REQUEST = {"remaking"}
NEEDS_OLD_FILES = {"retiring", "retired", "emptying"}
NEEDS_A_DELETION = {"erasing", "erased", "wiping", "wiped"}
# At these the worker holds no lease, or let go of it: nobody's death is counted.
HOLDS_NOTHING = {"remembered", "freed", "healed", "released", "remaking", *NEEDS_OLD_FILES}

_SECOND = dict.fromkeys(
    ("remembered", "claimed", "downloading", "downloaded", "rendered", "published", "sending", "sent"), (2,)
)
# One item at a time: its original is the first file that gets its name, then come its variants; and four
# outcomes are recorded before the second item's first.
LATER_PASSINGS = {
    **_SECOND,
    "releasing": (2,),
    "released": (2,),
    **dict.fromkeys(("syncing", "renaming", "renamed"), (2, 3)),
    **dict.fromkeys(("recording", "recorded"), (2, 3, 4)),
    # of two deletions: within the first one's files, and at the second's end
    "erasing": (2, 5),
    **dict.fromkeys(("erased", "wiping", "wiped"), (2,)),
}
EVERY_PASSING = [(point, 1) for point in POINTS] + [(one, n) for one, many in LATER_PASSINGS.items() for n in many]

LEASES_AT_A_KILL = 3
SLOW_PIXELS = timedelta(milliseconds=40)


@contextmanager
def scene(
    database: str, folder: Path, *, items: int = 3, polishes: bool = False
) -> Iterator[tuple[Place, LedgerAPI]]:
    """A migrated database, an empty storage and a main API where so many pictures wait."""
    prepare(database)
    with ledger_api() as api:
        upload(api, range(1, items + 1))
        yield Place(database, folder / "storage", api.url, polishes=polishes), api


def upload(api: LedgerAPI, numbers: range | list[int]) -> None:
    """So many sound pictures of three users."""
    for number in numbers:
        api.upload(number, picture(width=1000 + number), user_id=number % 3 + 1)


def crash_at(point: str, passing: int, place: Place, api: LedgerAPI) -> tuple[bool, Verdict]:
    """Did a worker die at that passing of a point; and how it all ended after another took over.

    At a first passing several items are in flight; at a later one a single item, so that it is known which it is.
    Twins too come one after the other: of two at once neither may see that the other's bytes are the same.
    """
    place = replace(place, heal_rounds=10 if point in NEEDS_A_FAILED_ITEM else 0)
    if point in NEEDS_A_DELETION | NEEDS_OLD_FILES:  # what polish replaces would be strays, given no time
        place = replace(place, polishes=False)
    bad = _prepare(point, place, api)
    together = passing == 1 and point not in NEEDS_A_TWIN
    gone = delete_two(place) if point in NEEDS_A_DELETION else []
    if point in NEEDS_OLD_FILES:
        age(place)
        place = replace(place, retention=RETENTION)
    worker = start(replace(place, in_flight=8 if together else 1), f"{point}=kill@{passing}")
    worker.join(CRASH_PATIENCE_SECONDS)
    crashed = worker.exitcode == ENDED_BY_KILL
    if not crashed:
        kill(worker)
    if bad is not None:
        api.upload(bad, picture(width=1234), user_id=9)  # the main API replaces it before it was proven bad
    api.fault = lambda _: None
    verdict = converged(place, api)
    if bad is not None and verdict.quarantined == 1:
        verdict.quarantined = 0  # rightly put aside, and completed by its next bytes
    if point in NEEDS_A_DELETION | NEEDS_OLD_FILES:
        left = not_gone(place, gone) if gone else not_retired(place, api)
        verdict.notes += [*left, *found_by_fsck(place)]
    if crashed and point not in HOLDS_NOTHING and not verdict.vanished:
        verdict.notes.append("nobody recorded that a worker vanished")
    return crashed, verdict


@dataclass(frozen=True, slots=True)
class Soak:
    """Random kills: so many that caught their victim with at least `LEASES_AT_A_KILL` leases."""

    killed: int
    verdict: Verdict


def random_kills(place: Place, api: LedgerAPI, *, kills: int, seed: int) -> Soak:
    """Two workers at a time, one of them killed with several items in its hands, again and again, while pictures
    come in. What it held is counted when it is dead; a kill that caught it with less is made, and not counted."""
    place = replace(place, render=SLOW_PIXELS)
    chance, numbers, held = random.Random(seed), count(1000), list[int]()
    workers = [start(place), start(place)]
    with sight_of(place.database) as sight:

        def is_busy(pid: int | None) -> bool:
            """Does it hold several? There is always enough to hold, however fast the other one is."""
            if len(api.unfinished()) < 4 * place.in_flight:
                upload(api, [next(numbers) for _ in range(2 * place.in_flight)])
            return sight.held_by(pid) >= LEASES_AT_A_KILL

        while len(held) < kills:
            victim = chance.randrange(2)
            pid = workers[victim].pid
            if not until(lambda pid=pid: is_busy(pid)):  # type: ignore[misc]
                break
            time.sleep(chance.uniform(0, 0.02))  # any moment after that one
            kill(workers[victim])
            if (leases := sight.held_by(pid)) >= LEASES_AT_A_KILL:
                held.append(leases)
            workers[victim] = start(place)
    codes = {stop(worker) for worker in workers}
    verdict = converged(place, api)
    verdict.held = held
    if codes - {0, -signal.SIGTERM}:  # asked before it had begun to listen, one ends as any process does
        verdict.notes.append(f"the workers that were asked to end did so with {codes}")
    return Soak(len(held), verdict)


def _prepare(point: str, place: Place, api: LedgerAPI) -> int | None:
    """Bring about what the point needs; the id of an upload that is bad at first."""
    if point in NEEDS_A_BAD_FILE:
        api.upload(77, picture(flaw="truncated"), user_id=9)
        return 77
    if point in NEEDS_A_TWIN:
        api.upload(78, api.items[1].content, api.items[1].user_id)
    if point in NEEDS_A_DELETION | NEEDS_OLD_FILES:
        api.upload(78, api.items[1].content, api.items[1].user_id)
        complete_all(place, api)
    if point in NEEDS_A_DEAD_WORKER:
        worker = start(place, "claimed=kill")
        worker.join(CRASH_PATIENCE_SECONDS)
    if point in NEEDS_A_REQUEST:
        finish(place, api)
        ask_again(place.database)
    if point in NEEDS_A_FAILED_ITEM:
        _fail_one(place, api)
    return None


def _fail_one(place: Place, api: LedgerAPI) -> None:
    """One item's temp file answers 500 until its attempts are used up."""
    api.fault = lambda kind: "500" if kind == "temp" else None
    for number in list(api.items)[1:]:
        del api.items[number]  # alone it is no outage
    worker = start(place)
    with sight_of(place.database) as sight:
        until(lambda: sight.count(FAILED))
    kill(worker)
    api.fault = lambda _: None
