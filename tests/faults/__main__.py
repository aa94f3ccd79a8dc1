"""`python -m tests.faults [--json] [--quick] [--report PAGE]`: let everything go wrong, and say what came of it.

--quick: a tenth of the random kills. --report: into a page, if all survived. Exit codes: 0 all survived, 1
something was not.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

from sqlalchemy import make_url

from media_vm.failpoints import POINTS
from scripts.marked_pages import replaced
from tests.faults.crashes import EVERY_PASSING, crash_at, random_kills, scene
from tests.faults.ledger_api import ledger_api
from tests.faults.misfortunes import (
    DISK_FAULTS,
    MAY_BURN_IN_AN_OUTAGE,
    SLEEPS,
    api_outages,
    database_kills,
    disk_fault,
    disk_fault_in_quarantine,
    full_disk,
    misbehaving_api,
    network_faults,
    stale_worker,
)
from tests.faults.remaking import EVERY_REMAKING, REMAKING_POINTS, crash_while_remaking
from tests.faults.scorecard import Score, as_table, spread
from tests.faults.tcp_proxy import tcp_proxy
from tests.faults.verdict import Verdict
from tests.mariadb import PrivateMariaDB, private_mariadb

BEGIN = "<!-- One run: from here on `make fault REPORT=docs/faults.md` writes. -->"
END = "<!-- The run ends here. -->"
RANDOM_KILLS = 120  # on each database
RANDOM_FAULTS = 200
OUTAGES = ("500", "503", "html", "404", "401", "drop_before", "drop_after", "redirect")

Databases = dict[str, Callable[[], str]]


def main(arguments: list[str]) -> int:
    """Run all of it; returns the exit code."""
    parser = argparse.ArgumentParser(prog="make fault", description="Let everything go wrong, and keep the score.")
    parser.add_argument("--json", action="store_true", help="print the scores as JSON")
    parser.add_argument("--quick", action="store_true", help="a tenth of the random kills")
    parser.add_argument("--report", type=Path, metavar="PAGE", help="write the scorecard into this page")
    options = parser.parse_args(arguments)
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="media-vm-faults-") as scratch:
        scores = []
        for score in _scores(Path(scratch), RANDOM_KILLS // 10 if options.quick else RANDOM_KILLS):
            scores.append(score)
            print(f"{time.monotonic() - began:4.0f} s  {score.line()}", file=sys.stderr, flush=True)
    print(json.dumps([score.as_json() for score in scores]) if options.json else as_table(scores))
    seconds = time.monotonic() - began
    print(f"{seconds:.0f} s", file=sys.stderr)
    all_survived = all(score.is_good for score in scores)
    if options.report and all_survived:
        found = f"{datetime.now(UTC).date()}; {seconds:.0f} s in all:\n\n{as_table(scores)}"
        options.report.write_text(replaced(options.report.read_text(), found, BEGIN, END))
    return 0 if all_survived else 1


def _scores(scratch: Path, kills: int) -> Iterator[Score]:
    folders = (scratch / str(number) for number in count())
    with private_mariadb(scratch / "mariadb") as server:
        databases = _databases(server, folders)
        for product, database in databases.items():
            yield _crashes(product, database, folders)
        for product, database in databases.items():
            yield _remaking(product, database, folders)
        for product, database in databases.items():
            yield _kills(product, database, folders, kills)
        for product, database in databases.items():
            yield _sleepers(product, database, folders)
        for product, database in databases.items():
            yield _bad_apis(product, database, folders)
        yield _bad_network(server, databases["MariaDB"], folders)
        yield _disks(databases["SQLite"], folders)
    yield _dying_databases(folders)


def _databases(server: PrivateMariaDB, folders: Iterator[Path]) -> Databases:
    numbers = count(1)

    def sqlite() -> str:
        return f"sqlite:///{_made(next(folders)) / 'media_vm.db'}"

    def mariadb() -> str:
        name = f"fault_{next(numbers)}"
        server.execute(f"CREATE DATABASE {name} CHARACTER SET utf8mb4")
        return server.url(name)

    return {"SQLite": sqlite, "MariaDB": mariadb}


def _crashes(product: str, database: Callable[[], str], folders: Iterator[Path]) -> Score:
    score = Score(f"a crash at each failpoint, {product}")
    for point, passing in EVERY_PASSING:
        with scene(database(), _made(next(folders)), polishes=True) as (place, api):
            crashed, verdict = crash_at(point, passing, place, api)
        score.add(f"{point}@{passing}", verdict, happened=crashed)
    later = len(EVERY_PASSING) - len(POINTS)
    score.proof = f"{len(POINTS)} points at their first passing, {later} later passings; no attempt burnt"
    return score


def _remaking(product: str, database: Callable[[], str], folders: Iterator[Path]) -> Score:
    score = Score(f"a crash while pictures are made again, {product}")
    for point, passing in EVERY_REMAKING:
        with scene(database(), _made(next(folders))) as (place, api):
            crashed, verdict = crash_while_remaking(point, passing, place, api)
        score.add(f"{point}@{passing}", verdict, happened=crashed)
    points = len(REMAKING_POINTS)
    score.proof = (
        f"{points} points at their first passing, {len(EVERY_REMAKING) - points} second ones; none off for a "
        "moment, all remade and told, fsck clean"
    )
    return score


def _kills(product: str, database: Callable[[], str], folders: Iterator[Path], kills: int) -> Score:
    score = Score(f"random kill -9, {product}")
    with scene(database(), _made(next(folders)), items=12, polishes=True) as (place, api):
        soak = random_kills(place, api, kills=kills, seed=2026)
    score.add("soak", soak.verdict, times=kills, happened=soak.killed == kills)
    score.proof = f"leases held at each kill: {spread(soak.verdict.held)}{_hours(soak.verdict)}"
    return score


def _sleepers(product: str, database: Callable[[], str], folders: Iterator[Path]) -> Score:
    score, leases = Score(f"a worker that slept past its lease, {product}"), list[int]()
    for point in SLEEPS:
        with scene(database(), _made(next(folders))) as (place, api):
            sleeper = stale_worker(point, place, api)
        if sleeper.rows_written:
            sleeper.verdict.notes.append(f"{sleeper.rows_written} rows written after it woke")
        score.add(point, sleeper.verdict, happened=sleeper.slept)
        leases.append(sleeper.leases)
    score.proof = f"asleep at {', '.join(SLEEPS)}; leases held: {spread(leases)}; rows written after: 0 allowed"
    return score


def _bad_apis(product: str, database: Callable[[], str], folders: Iterator[Path]) -> Score:
    score, burnt = Score(f"a main API that is away or misbehaves, {product}"), list[int]()
    for fault in OUTAGES:
        with scene(database(), _made(next(folders))) as (place, api):
            verdict = api_outages(place, api, fault=fault, seconds=2)
        score.add(fault, verdict)
        burnt.append(verdict.burnt)
    with scene(database(), _made(next(folders))) as (place, api), ledger_api() as elsewhere:
        verdict = misbehaving_api(place, api, elsewhere, faults=RANDOM_FAULTS, seed=7)
    score.add("all at random", verdict)
    score.proof = (
        f"outages: {', '.join(OUTAGES)}; attempts burnt in each, before it was seen: {spread(burnt)} of at most"
        f" {MAY_BURN_IN_AN_OUTAGE}; {RANDOM_FAULTS} faults at random{_hours(verdict)}"
    )
    return score


def _hours(verdict: Verdict) -> str:
    """Five workers died that held it, or nobody answered its news three times."""
    return f"; items that waited for their hour, which was let pass: {verdict.put_off}" if verdict.put_off else ""


def _bad_network(server: PrivateMariaDB, database: Callable[[], str], folders: Iterator[Path]) -> Score:
    score = Score("cut, reset, stalled, answers lost, MariaDB")
    with ExitStack() as stack:
        proxy = stack.enter_context(tcp_proxy(("127.0.0.1", server.port)))
        url = make_url(database()).set(host="127.0.0.1", port=proxy.port, query={})
        where = url.render_as_string(hide_password=False)
        place, api = stack.enter_context(scene(where, _made(next(folders))))
        score.add("network", network_faults(proxy, place, api, faults=40, seed=11), times=40)
    score.proof = "40 faults, each after work had gone on, stalls of up to two leases; no attempt burnt"
    return score


def _disks(database: Callable[[], str], folders: Iterator[Path]) -> Score:
    score = Score("a disk that is full or broken")
    for point in DISK_FAULTS:
        for error in ("ENOSPC", "EIO"):
            for passing in (1, 3):
                with scene(database(), _made(next(folders))) as (place, api):
                    score.add(f"{point} {error}", disk_fault(point, error, passing, place, api))
    for point in ("syncing", "renaming"):
        for error in ("ENOSPC", "EIO"):
            for passing in (2, 3):
                with scene(database(), _made(next(folders))) as (place, api):
                    verdict = disk_fault_in_quarantine(point, error, passing, place, api)
                score.add(f"quarantine, {point}@{passing} {error}", verdict)
    score.proof = "ENOSPC and EIO at downloads, syncs, renames and in quarantine; a real file system of 160 kB"
    score.add("a real file system of 160 kB", full_disk(_made(next(folders))))
    return score


def _dying_databases(folders: Iterator[Path]) -> Score:
    score = Score("kill -9 of the database, MariaDB")
    folder = _made(next(folders))
    with private_mariadb(folder / "server") as server:
        server.execute("CREATE DATABASE oaf_media CHARACTER SET utf8mb4")
        with scene(server.url("oaf_media"), folder, polishes=True) as (place, api):
            score.add("mariadbd", database_kills(server, place, api, kills=10, seed=5), times=10)
    score.proof = "each after work had gone on; no attempt burnt"
    return score


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True)
    return folder


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
