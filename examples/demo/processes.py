"""The demo's child processes: started with their own log, watched, and ended without leaving an orphan."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from examples.demo.options import ROOT

GRACE_SECONDS = 10
LOOK_EVERY = 0.05  # seconds
LAST_LINES = 20
LIBC = ctypes.CDLL(None)
PR_SET_PDEATHSIG = 1  # linux/prctl.h


class ProcessEnded(Exception):
    """A process ended although it was needed; the text has the last lines of its log."""


@dataclass(frozen=True, slots=True)
class Program:
    """A Python module to run. name: of its log file. variables: its whole environment."""

    name: str
    command: tuple[str, ...]
    variables: Mapping[str, str]


class Processes:
    """Every process leads a group of its own, so that Ctrl-C reaches the demo alone, which then ends all."""

    def __init__(self, logs: Path) -> None:
        self._logs = logs
        self._is_hurried = False
        self.running: list[tuple[Program, subprocess.Popen[bytes]]] = []

    def run(self, program: Program) -> None:
        """Run to the end. ProcessEnded unless it exits with 0."""
        if self._start(program).wait() != 0:
            raise self._ended(program)

    def start(self, program: Program) -> subprocess.Popen[bytes]:
        """Leave it running until `close`."""
        process = self._start(program)
        self.running.append((program, process))
        return process

    def check(self) -> None:
        """ProcessEnded if one of them no longer runs."""
        for program, process in self.running:
            if process.poll() is not None:
                raise self._ended(program)

    def close(self) -> None:
        """SIGTERM to all; after the grace, or when hurried, SIGKILL to what is left, grandchildren included."""
        for _, process in self.running:
            process.terminate()
        until = time.monotonic() + GRACE_SECONDS
        while self._has_running() and time.monotonic() < until and not self._is_hurried:
            time.sleep(LOOK_EVERY)
        for _, process in self.running:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        self.running.clear()

    def hurry(self) -> None:
        """Let `close`, now or later, wait for nothing; safe in a signal handler."""
        self._is_hurried = True

    def _has_running(self) -> bool:
        return any(process.poll() is None for _, process in self.running)

    def _start(self, program: Program) -> subprocess.Popen[bytes]:
        with self._log(program).open("wb") as log:
            return subprocess.Popen(
                [sys.executable, "-m", *program.command],
                cwd=ROOT,
                env=program.variables,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                process_group=0,
                preexec_fn=_end_with_parent,
            )

    def _ended(self, program: Program) -> ProcessEnded:
        lines = self._log(program).read_text(errors="replace").splitlines()[-LAST_LINES:]
        return ProcessEnded("\n  ".join([f"{program.name} ended; the last lines of its log:", *lines]))

    def _log(self, program: Program) -> Path:
        return self._logs / f"{program.name}.log"


def _end_with_parent() -> None:
    """In the child: a demo that is killed outright takes its processes along."""
    LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
