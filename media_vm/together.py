"""Worker and serve as two processes of one command: neither's memory, signals or crash is the other's."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import time
from types import FrameType

GRACE_SECONDS = 30
NAMES = ("worker", "serve")
PR_SET_PDEATHSIG = 1  # linux/prctl.h


def run_together() -> int:
    """Start both, pass signals on, end both when either ends; returns the first end's exit code.

    Each has a session of its own: a terminal's Ctrl-C reaches only us, and each part hears it once.
    """
    parts = [_start(name) for name in NAMES]
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
    name, ended = next((name, part.returncode) for name, part in zip(NAMES, parts, strict=True) if _is_over(part))
    if not told:
        sys.stderr.write(f"media-vm run: {name} {_how(ended)}; the other is stopped too\n")
        stop(signal.SIGTERM, None)
    _wait_for_all(parts)
    return ended if ended >= 0 else 128 - ended


def _start(name: str) -> subprocess.Popen[bytes]:
    ours = os.getpid()

    def end_with_us() -> None:
        """However we end: a kill -9 would leave both behind, working and holding the port."""
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
        if os.getppid() != ours:  # we were killed before the kernel knew
            os._exit(1)

    command = [sys.executable, "-m", "media_vm", name]
    return subprocess.Popen(command, start_new_session=True, preexec_fn=end_with_us)


def _is_over(part: subprocess.Popen[bytes]) -> bool:
    return part.returncode is not None


def _how(code: int) -> str:
    return f"ended with exit code {code}" if code >= 0 else f"was killed by {signal.Signals(-code).name}"


def _wait_for_all(parts: list[subprocess.Popen[bytes]]) -> None:
    """A worker may finish the step in its hands; a second signal from the user ends it at once."""
    for part in parts:
        try:
            part.wait(GRACE_SECONDS)
        except subprocess.TimeoutExpired:
            part.kill()
            part.wait()
