"""What tests ask a child process to do: crash, hang, burn, gorge; importable, so that it can be pickled."""

from __future__ import annotations

import os
import resource
import signal
import time
from pathlib import Path


def process_id() -> int:
    """Which child answers."""
    return os.getpid()


def end_by(number: int) -> None:
    """End this process by a signal."""
    signal.signal(number, signal.SIG_DFL) if number == signal.SIGSEGV else None
    os.kill(os.getpid(), number)
    time.sleep(30)


def hang(announce: str | None = None) -> None:
    """Do nothing for half a minute, after writing this process's id where it can be read."""
    if announce is not None:
        Path(announce).write_text(str(os.getpid()))
    time.sleep(30)


def burn_without_alarm() -> None:
    """Use processor time for ever, the clock's alarm put off as a wild decoder might."""
    signal.setitimer(signal.ITIMER_REAL, 0)
    while True:
        pass


def burn(seconds: float) -> None:
    """Use this much processor time."""
    until = time.process_time() + seconds
    while time.process_time() < until:
        pass


def cpu_limit() -> int:
    """The second of processor time at which the kernel ends this child."""
    return resource.getrlimit(resource.RLIMIT_CPU)[0]


def gorge(size: int) -> int:
    """Take memory."""
    return len(bytearray(size))


def opens(path: Path) -> bool:
    """Would libvips, as a child has it, open this file?"""
    from media_vm.imaging.codecs import pyvips

    try:
        pyvips.Image.new_from_file(str(path))
    except pyvips.Error:
        return False
    return True


def fail() -> None:
    """Raise what no pool expects."""
    raise ZeroDivisionError("no pixels")


def confinement() -> dict[str, object]:
    """What this process may not do, as the kernel tells it."""
    status = dict(line.split(":\t", 1) for line in Path("/proc/self/status").read_text().splitlines())
    return {
        "no_new_privs": status["NoNewPrivs"].strip(),
        "core": resource.getrlimit(resource.RLIMIT_CORE),
        "file": resource.getrlimit(resource.RLIMIT_FSIZE),
        "memory": resource.getrlimit(resource.RLIMIT_AS),
    }


def environments() -> str:
    """The environment this child and the fork server before it were started with."""
    own, server = Path("/proc/self/environ"), Path(f"/proc/{os.getppid()}/environ")
    return own.read_text() + server.read_text() + str(dict(os.environ))
