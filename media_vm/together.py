"""Worker and serve as two processes of one command: neither's memory, signals or crash is the other's."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from types import FrameType

GRACE_SECONDS = 30


def run_together() -> int:
    """Start both, pass signals on, end both when either ends; returns the first end's exit code.

    Each has a session of its own: a terminal's Ctrl-C reaches only us, and each part hears it once.
    """
    commands = [[sys.executable, "-m", "media_vm", name] for name in ("worker", "serve")]
    parts = [subprocess.Popen(command, start_new_session=True) for command in commands]
    told: list[int] = []

    def stop(number: int, _: FrameType | None) -> None:
        told.append(number)
        for part in parts:
            if part.poll() is None:
                part.send_signal(number)

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    while all(part.poll() is None for part in parts):
        time.sleep(0.2)
    ended = next(part.returncode for part in parts if part.returncode is not None)
    if not told:
        stop(signal.SIGTERM, None)
    _wait_for_all(parts)
    return ended if ended >= 0 else 128 - ended


def _wait_for_all(parts: list[subprocess.Popen[bytes]]) -> None:
    """A worker may finish the step in its hands; a second signal from the user ends it at once."""
    for part in parts:
        try:
            part.wait(GRACE_SECONDS)
        except subprocess.TimeoutExpired:
            part.kill()
            part.wait()
