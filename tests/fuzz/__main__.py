"""`python -m tests.fuzz [--number N] [--schema N] [--seed N] [--sqlite]`: does any request break serve's promises?

--number: requests that are made up, a twentieth of them as bytes to a process of serve; --schema: calls by the
OpenAPI. On a MariaDB of its own, unless --sqlite.
Exit codes: 0 every answer was as promised, 1 one was not: the smallest such request is printed.
"""

from __future__ import annotations

import argparse
import re
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.fuzz.by_schema import by_schema
from tests.fuzz.runs import Tally, over_asgi, over_sockets
from tests.fuzz.stage import Stage, staged
from tests.mariadb import private_mariadb

_FAILED = re.compile("Traceback|request_failed|panicked|Unexpected exit")  # the last two are Granian's
_BY_SOCKET = 20  # one in so many


def main(arguments: Sequence[str]) -> int:
    """Run all of it; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description="Does any request break serve?")
    parser.add_argument("--number", type=int, default=100_000)
    parser.add_argument("--schema", type=int, default=2_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--sqlite", action="store_true")
    options = parser.parse_args(arguments)
    began = time.monotonic()
    with (
        tempfile.TemporaryDirectory(prefix="media-vm-fuzz-") as name,
        _database(Path(name), options.sqlite) as url,
        staged(Path(name, "stage"), url) as stage,
    ):
        tallies = fuzzed(stage, options.number, options.schema, options.seed)
        complaints = complaints_of(stage)
    for tally in tallies:
        print("\n".join(_table(tally)))
    print(f"seed {options.seed}, {time.monotonic() - began:.0f} s")
    wrong = [f"{tally.kind}: {tally.wrong}" for tally in tallies if tally.wrong] + complaints
    print("\n\n".join(wrong) or "every answer was as promised")
    return 1 if wrong else 0


def fuzzed(stage: Stage, number: int, by_the_schema: int, seed: int) -> list[Tally]:
    """Every kind in turn, with a word on standard error after each batch."""
    by_socket = number // _BY_SOCKET
    runs = (
        (over_asgi(stage, number - by_socket, seed), number - by_socket),
        (over_sockets(stage, by_socket, seed), by_socket),
        (by_schema(stage, by_the_schema, seed), by_the_schema),
    )
    tallies = []
    for run, most in runs:
        last = None
        for last in run:
            print(f"{last.kind}: {last.number} of {most}", file=sys.stderr)
        if last:
            tallies.append(last)
    return tallies


def complaints_of(stage: Stage) -> list[str]:
    """What serve's own log says that it must not have to."""
    text = stage.log.read_text(errors="replace")
    found = _FAILED.search(text)
    told = [secret for secret in stage.secrets[2:] if secret in text]
    return [*(["serve's log:\n" + text[-4000:]] if found else []), *(f"serve's log tells {one}" for one in told)]


@contextmanager
def _database(folder: Path, is_sqlite: bool) -> Iterator[str]:
    if is_sqlite:
        yield f"sqlite:///{folder}/media_vm.db"
        return
    with private_mariadb(folder / "mariadb") as server:
        server.execute("CREATE DATABASE fuzz")
        yield server.url("fuzz")


def _table(tally: Tally) -> Iterator[str]:
    yield f"{tally.kind}: {tally.number} requests"
    for status, number in sorted(tally.answered.items()):
        yield f"  {status:<32}{number:>8}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
