"""`python -m tests.takeover [--media N] [--kills N] [--seed N] [--worker]`: the running system is taken over.

On a MariaDB of its own, made by the seed's own DDL: `migrate`, `adopt` dry, killed at random, finished and run
again, then every old URL asked of the real serve; --worker: then a worker for what was missing. Exit code 0 when
every row, file and answer is as it has to be.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from tests.faults.ledger_api import ledger_api
from tests.mariadb import private_mariadb
from tests.replacing.__main__ import timed
from tests.takeover.commands import Commands
from tests.takeover.trial import Trial


def acts(trial: Trial, kills: int, chance: random.Random) -> list[tuple[str, Callable[[], str]]]:
    """In their order; each begins where the one before it ended."""
    return [
        ("migrate", trial.migrate),
        ("adopt, dry", trial.adopt_dry),
        ("adopt", lambda: trial.adopt(kills, chance)),
        ("second adopt", trial.adopt_again),
        ("old URLs", trial.old_urls),
        ("fsck", trial.fsck),
    ]


def later_acts(trial: Trial) -> list[tuple[str, Callable[[], str]]]:
    """What follows once a worker is started."""
    return [
        ("worker", trial.worker),
        ("old URLs again", trial.old_urls),
        ("third adopt", trial.adopt_again),
        ("second fsck", trial.fsck),
    ]


def main(arguments: Sequence[str]) -> int:
    """Run all of it; a promise that does not hold is an AssertionError."""
    parser = argparse.ArgumentParser(prog="python -m tests.takeover", description=__doc__)
    parser.add_argument("--media", type=int, default=1000)
    parser.add_argument("--kills", type=int, default=5)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--worker", action="store_true", help="and a worker makes what was missing")
    options = parser.parse_args(arguments)
    with (
        tempfile.TemporaryDirectory(prefix="media-vm-takeover-") as name,
        private_mariadb(Path(name) / "mariadb") as server,
        ledger_api() as api,
    ):
        trial, seconds = timed(lambda: Trial(server, api, Path(name) / "storage", options.media, Commands))
        print(f"{options.media} media, {len(trial.running.digests)} files, drawn in {seconds:.1f} s", flush=True)
        todo = acts(trial, options.kills, random.Random(options.seed))
        for title, act in todo + (later_acts(trial) if options.worker else []):
            told, seconds = timed(act)
            print(f"{title:<15} {told} ({seconds:.1f} s)", flush=True)
        trial.engine.dispose()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
