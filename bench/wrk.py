"""Load by wrk, one thread of C over 16 kept connections: one of Python would itself be what is measured."""

from __future__ import annotations

import json
import shutil
import subprocess
from dataclasses import dataclass
from typing import Final

from bench.comparison import NotMeasured
from bench.load import LOOPBACK, Asked, visit
from bench.table import PEERS

CONNECTIONS: Final = 16
SECONDS: Final = 1
SLOWEST_SECONDS: Final = 60  # for one answer
LARGEST_HEAD: Final = 2048  # bytes of an answer besides its body
REMEDY = "requests a second are counted by wrk: apt-get install wrk (as root), or its like"


@dataclass(frozen=True, slots=True)
class Load:
    """What a server did under it: answers a second, and the milliseconds that 99 of 100 took at most."""

    rate: float
    p99_milliseconds: float


def load(asked: Asked, seconds: int = SECONDS) -> Load:
    """All that 16 connections can ask for. NotMeasured unless each answer was what is expected."""
    program = shutil.which("wrk")
    if program is None:
        raise NotMeasured(REMEDY)
    visit([asked])  # wrk tells neither a 200 from a 304 nor a body from another of about that length
    command = [program, "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", f"--timeout={SLOWEST_SECONDS}s"]
    command += [f"--script={PEERS / 'report.lua'}"]
    command += [f"--header={name}: {value}" for name, value in asked.headers]
    run = subprocess.run(
        [*command, f"http://{LOOPBACK}:{asked.port}{asked.target}"],
        capture_output=True,
        text=True,
        timeout=seconds + 2 * SLOWEST_SECONDS,
        check=False,
    )
    if run.returncode:
        raise NotMeasured(f"wrk failed: {run.stderr[-300:]}")
    visit([asked])  # once what wrk gave up waiting for is over: the next turn is another's
    return understood(run.stdout, asked)


def understood(said: str, asked: Asked) -> Load:
    """What the last line of a run says, as bench/peers/report.lua writes it. NotMeasured."""
    told: dict[str, int] = json.loads(said.splitlines()[-1])
    answers, length = told["answers"], asked.body_bytes if asked.status == 200 else 0
    if told["errors"] or not answers:
        raise NotMeasured(f"{asked.target}: {told['errors']} of {answers} answers failed")
    # Those on their way at the end count as bytes, not as answers.
    if not length * answers < told["bytes"] < (length + LARGEST_HEAD) * (answers + CONNECTIONS):
        raise NotMeasured(f"{asked.target}: {told['bytes']:,} bytes are not {answers:,} answers of {length:,}")
    return Load(answers / told["microseconds"] * 1e6, told["p99_microseconds"] / 1e3)
