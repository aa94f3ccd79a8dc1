"""What befalls workers from outside: a database that dies, bad networks and main APIs, a full disk, sleep."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import count
from multiprocessing.process import BaseProcess
from pathlib import Path

from media_vm.testing import picture
from tests.faults.crashes import upload
from tests.faults.ledger_api import LedgerAPI
from tests.faults.sight import AWAY, Sight, sight_of
from tests.faults.tcp_proxy import TcpProxy
from tests.faults.verdict import Verdict, converged
from tests.faults.waiting import PATIENCE_SECONDS, until
from tests.faults.workers import LEASE, Place, kill, start, stop
from tests.mariadb import PrivateMariaDB

PROGRESS_PATIENCE_SECONDS = 5.0
OUTAGE_BACKOFF = timedelta(milliseconds=500)
SECONDS_A_FAULT = 1.0  # on a busy machine, outages that they make included
SLEEPERS_TRIED = 15  # a busy machine stops many in the middle of a transaction
LONG_LEASE = 3 * LEASE  # a heartbeat is due after a third of it, long after the first item's walk began
IN_FLIGHT = 8
API_FAULTS = ("drop_before", "drop_after", "500", "503", "html", "redirect", "gzip", "lying_length", "drip")
SLEEPS = ("downloaded", "rendered", "published", "sending", "sent", "releasing")
DISK_FAULTS = ("downloading", "syncing", "renaming")
# An outage is seen when three items failed alike: those that failed before, or at the same time, paid for it. Two
# workers' items are in flight; that temp files are away is seen apart from callbacks, and costs apart.
MAY_BURN_OF_A_PARTY = 2 * IN_FLIGHT
MAY_BURN_IN_AN_OUTAGE = 2 * MAY_BURN_OF_A_PARTY
BAD = 77


def database_kills(server: PrivateMariaDB, place: Place, api: LedgerAPI, *, kills: int, seed: int) -> Verdict:
    """mariadbd is killed -9 in the middle of everything, and started again, so many times."""
    chance = random.Random(seed)
    rests = 0
    with _at_work(place, api) as goes_on:
        for _ in range(kills):
            rests += not goes_on()
            time.sleep(chance.uniform(0, 0.2))  # any moment
            server.kill()
            time.sleep(chance.uniform(0, 0.3))  # down for a while
            server.start()
    return _at_rest(rests, converged(place, api))


def network_faults(proxy: TcpProxy, place: Place, api: LedgerAPI, *, faults: int, seed: int) -> Verdict:
    """Connections to the database are cut, reset, stalled, broken off in the middle, or lose a commit's answer.

    Who is stalled waits for its driver's own timeout, so a stall ends: cut, or all of it gets through, when leases
    may have expired.
    """
    chance = random.Random(seed)

    def stall() -> None:
        proxy.stall()
        time.sleep(chance.uniform(0, 2) * LEASE.total_seconds())
        chance.choice((proxy.cut, proxy.flow_again))()

    kinds: Sequence[Callable[[], None]] = (
        proxy.cut,
        proxy.reset,
        stall,
        lambda: proxy.cut_after(chance.randrange(2000)),
        lambda: proxy.lose_answer_to(b"COMMIT"),
    )
    rests = 0
    with _at_work(place, api) as goes_on:
        for _ in range(faults):
            rests += not goes_on()
            time.sleep(chance.uniform(0, 0.2))  # any moment
            chance.choice(kinds)()
        met = until(lambda: not proxy.is_armed)  # by a worker: whoever judges has no part in it
    verdict = _at_rest(rests, converged(place, api))
    if not met:
        verdict.notes.append("the last fault was never met")
    return verdict


def misbehaving_api(place: Place, api: LedgerAPI, elsewhere: LedgerAPI, *, faults: int, seed: int) -> Verdict:
    """A third of all calls meets one of `API_FAULTS`, until so many did; nobody else may ever see our key.

    An item may well meet three in a row, and fail by right: healing brings it back, as it does elsewhere. Pages
    are no proof of absence before a day has passed.
    """
    place = replace(place, heal_rounds=10, give_up=timedelta(days=1))
    chance = random.Random(seed)
    api.elsewhere = elsewhere.url
    api.fault = lambda _: chance.choice(API_FAULTS) if chance.random() < 1 / 3 else None
    ends = time.monotonic() + max(PATIENCE_SECONDS, faults * SECONDS_A_FAULT)
    with _at_work(place, api) as goes_on:
        while api.faults_met.total() < faults and time.monotonic() < ends:
            goes_on()
    met = api.faults_met.total()
    api.fault = lambda _: None
    verdict = converged(place, api, may_burn=None)
    if met < faults:
        verdict.notes.append(f"only {met} of {faults} faults were met")
    if elsewhere.calls:
        verdict.notes.append("a redirect was followed with the key")
    return verdict


def api_outages(place: Place, api: LedgerAPI, *, fault: str, seconds: float) -> Verdict:
    """Every call meets the same fault until it is known for an outage, and for some time after: no item may pay
    for it with more than the attempt that was under way, no cleanup be sent.

    Its three attempts take longer than it takes three items to fail, as they do with a backoff of half a minute.
    """
    place = replace(place, backoff=OUTAGE_BACKOFF)
    with _at_work(place, api) as goes_on, sight_of(place.database) as sight:
        goes_on()
        # A 404 for a callback is an answer (contract §5.6); for a temp file it is an absent file.
        api.fault = lambda kind: fault if fault != "404" or kind == "temp" else None
        was_seen = until(lambda: sight.count(AWAY))
        time.sleep(seconds)  # it lasts
        api.fault = lambda _: None
    may_burn = MAY_BURN_OF_A_PARTY if fault == "404" else MAY_BURN_IN_AN_OUTAGE
    verdict = converged(place, api, may_burn=may_burn)
    if verdict.put_off:
        verdict.notes.append(f"{verdict.put_off} items used up all attempts to tell their news")
    if not was_seen:
        verdict.notes.append("nobody saw that the main API was away")
    return verdict


@dataclass
class Sleeper:
    """How it ended with a worker that slept past its leases. leases: how many it held."""

    slept: bool
    leases: int
    rows_written: int
    verdict: Verdict


def stale_worker(point: str, place: Place, api: LedgerAPI) -> Sleeper:
    """It stops (SIGSTOP) at a point; past its lease another worker does everything; then it wakes (SIGCONT)."""
    with sight_of(place.database) as sight:
        sleeper = _asleep(point, replace(place, in_flight=3, lease=LONG_LEASE), sight)
        if sleeper is None:
            return Sleeper(False, 0, 0, Verdict())
        leases = sight.held_by(sleeper.pid)
        verdict = converged(place, api)
        before, told, polls = sight.everything(), len(api.ledger), api.calls["poll"]
        os.kill(sleeper.pid or 0, signal.SIGCONT)
        if not until(lambda: api.calls["poll"] > polls):
            verdict.notes.append("the worker that woke does not go on")
        if (code := stop(sleeper)) != 0:
            verdict.notes.append(f"the worker that woke ended with {code}")
        written = len(before ^ sight.everything())
    if len(api.ledger) != told:
        verdict.notes.append(f"{len(api.ledger) - told} calls after it woke")
    return Sleeper(True, leases, written, verdict)


def disk_fault(point: str, error: str, passing: int, place: Place, api: LedgerAPI) -> Verdict:
    """A write fails once, as on a full (ENOSPC) or broken (EIO) disk; the worker lives on."""
    worker = start(place, f"{point}={error}@{passing}")
    until(lambda: not api.unfinished())
    code = stop(worker)
    # A full disk is everybody's, a broken one this item's own trouble.
    verdict = converged(place, api, may_burn=0 if error == "ENOSPC" else 1)
    if not sum(verdict.failures.values()):
        verdict.notes.append("no write failed")
    return _tidy(verdict, code, place)


def disk_fault_in_quarantine(point: str, error: str, passing: int, place: Place, api: LedgerAPI) -> Verdict:
    """The same while bad bytes are put aside: one item at a time, whose original was the first file. They may not
    be condemned before they are kept; then they are."""
    place = replace(place, in_flight=1)
    for number in list(api.items):
        del api.items[number]
    api.upload(BAD, picture(flaw="truncated"), user_id=9)
    worker = start(place, f"{point}={error}@{passing}")
    until(lambda: not api.unfinished())
    code = stop(worker)
    cleaned_up, api.items[BAD].status = api.wrongly_ended(), "complete"
    verdict = converged(place, api, may_burn=None)
    verdict.lost, verdict.quarantined = verdict.lost - 1, verdict.quarantined - 1  # the bad one, by right
    if cleaned_up != [BAD]:
        verdict.notes.append("the bad bytes were not given up")
    if not {"outage", "local_resource"} & set(verdict.failures):
        verdict.notes.append("no write failed")
    return _tidy(verdict, code, place)


def _tidy(verdict: Verdict, code: int | None, place: Place) -> Verdict:
    if code != 0:
        verdict.notes.append(f"the worker ended with {code}")
    if left := list(place.storage.rglob(".tmp-*")):
        verdict.notes.append(f"{len(left)} temporaries left")
    return verdict


def full_disk(folder: Path) -> Verdict:
    """A real file system that is too small, then grows; in a name space of its own, so that no root is needed."""
    small = folder / "small"
    small.mkdir(parents=True)
    command = 'mount -t tmpfs -o size=160k tmpfs "$1" && exec "$2" -m tests.faults.tiny_disk "$1" "$3"'
    # A name space belongs to a user of its own where we are not root; as root that user would own nothing.
    space = ["unshare", "-m"] if os.geteuid() == 0 else ["unshare", "-Urm"]
    ran = subprocess.run(
        [*space, "sh", "-c", command, "sh", str(small), sys.executable, str(folder / "media_vm.db")],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    if ran.returncode != 0:
        return Verdict(notes=[f"the tiny disk could not be tried: {ran.stderr[-500:]}"])
    return Verdict(**json.loads(ran.stdout))


@contextmanager
def _at_work(place: Place, api: LedgerAPI) -> Iterator[Callable[[], bool]]:
    """Two workers and a stream of pictures until the block ends; what it is given waits until something was done
    since it was last asked, with enough to do after, and tells whether it was."""
    workers, numbers = [start(place), start(place)], count(1000)

    def goes_on() -> bool:
        done = len(api.ledger)
        if len(api.unfinished()) < 2 * IN_FLIGHT:
            upload(api, [next(numbers) for _ in range(3 * IN_FLIGHT)])
        return until(lambda: len(api.ledger) > done, PROGRESS_PATIENCE_SECONDS)

    upload(api, [next(numbers) for _ in range(3 * IN_FLIGHT)])
    try:
        yield goes_on
    finally:
        for worker in workers:
            kill(worker)


def _at_rest(rests: int, verdict: Verdict) -> Verdict:
    if rests:
        verdict.notes.append(f"{rests} times no work had gone on before the next misfortune")
    return verdict


def _asleep(point: str, place: Place, sight: Sight) -> BaseProcess | None:
    """A worker that sleeps at that point, with a lease and outside any transaction.

    Who sleeps with SQLite's one lock shuts everybody out until it wakes; that is no stale worker, so it is killed
    and another tried.
    """
    for _ in range(SLEEPERS_TRIED):
        sleeper = start(place, f"{point}=stop")
        if until(lambda sleeper=sleeper: _sleeps(sleeper)) and sight.is_free() and sight.held_by(sleeper.pid):  # type: ignore[misc]
            return sleeper
        kill(sleeper)
    return None


def _sleeps(worker: BaseProcess) -> bool:
    return Path(f"/proc/{worker.pid}/stat").read_text().rsplit(")", 1)[1].split()[0] == "T"
