"""What tests ask a child process to do: crash, hang, burn, gorge; importable, so that it can be pickled."""

from __future__ import annotations

import importlib
import inspect
import multiprocessing
import os
import pickle
import resource
import signal
import socket
import struct
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path
from typing import NoReturn, cast

from media_vm.errors import GiveUp


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


def gorge_until(size: int, seen: str) -> None:
    """Take memory, and crash as soon as this file is there."""
    taken = b"x" * size
    while taken and not Path(seen).exists():
        time.sleep(0.01)
    end_by(signal.SIGKILL)


def opens(path: Path) -> bool:
    """Would libvips, as a child has it, open this file?"""
    from media_vm.imaging.codecs import pyvips

    try:
        pyvips.Image.new_from_file(str(path))
    except pyvips.Error:
        return False
    return True


def quote_the_file() -> None:
    """Complain of foreign bytes in their own words, as a decoder does."""
    from media_vm.imaging.verdicts import decoding

    with decoding():
        b"\x80".decode()


def give_up() -> None:
    """Raise what a task may."""
    raise GiveUp("truncated", "the end is missing")


def answer_with_a_pickle(trap: str) -> int:
    """Answer as a decoder that was taken over would: with something that runs where it is read."""
    _answer(pickle.dumps(_Trap(trap)))


def answer_in_another_type() -> int:
    """Answer with a text where a number is due."""
    _answer(b'{"value": "/etc/passwd"}')


def promise_a_gigabyte() -> int:
    """Announce an answer of a gigabyte, and wait."""
    os.write(_pipe().fileno(), struct.pack("!i", 1_000_000_000))
    time.sleep(30)
    return 0


def reach(secret: str, library: str, port: int) -> dict[str, str]:
    """Try what a decoder that was taken over would; how each attempt ended."""
    inside, outside = Path(library), Path(secret).parent
    attempts: dict[str, Callable[[], object]] = {
        "write a variant": lambda: (inside / "a").write_bytes(b"x"),
        "remove a variant": lambda: (inside / "a").unlink(),
        "import": lambda: importlib.import_module("wave"),
        "read a secret": Path(secret).read_bytes,
        "list a folder": lambda: list(outside.iterdir()),
        "read the users": Path("/etc/passwd").read_bytes,
        "write elsewhere": lambda: (outside / "b").write_bytes(b"x"),
        "link to a secret": lambda: (inside / "c").symlink_to(secret),
        "make a folder": lambda: (inside / "d").mkdir(),
        "read the worker": lambda: Path(f"/proc/{_worker()}/environ").read_bytes(),
        "call somebody": lambda: socket.create_connection(("127.0.0.1", port)).close(),
        "signal the worker": lambda: os.kill(_worker(), 0),
    }
    return {name: _ended(attempt) for name, attempt in attempts.items()}


def _worker() -> int:
    worker = multiprocessing.parent_process()
    assert worker is not None
    assert worker.pid is not None
    return worker.pid


def _ended(attempt: Callable[[], object]) -> str:
    try:
        attempt()
    except PermissionError:
        return "denied"
    return "done"


class _Trap:
    """Whoever unpickles it makes a file."""

    def __init__(self, path: str) -> None:
        self._path = path

    def __reduce__(self) -> tuple[object, ...]:
        return Path.touch, (Path(self._path),)


def _answer(body: bytes) -> NoReturn:
    _pipe().send_bytes(body)
    time.sleep(0.2)  # the parent reads this one
    os._exit(0)


def _pipe() -> Connection:
    """The pipe to the parent, dug out of the frames of this process."""
    frame = inspect.currentframe()
    while frame is not None and "pipe" not in frame.f_locals:
        frame = frame.f_back
    assert frame is not None
    return cast("Connection", frame.f_locals["pipe"])


def fail() -> None:
    """Raise what no pool expects."""
    raise ZeroDivisionError("no pixels")


def confinement() -> dict[str, object]:
    """What this process may not do, as the kernel tells it."""
    status = dict(line.split(":\t", 1) for line in Path("/proc/self/status").read_text().splitlines())
    return {
        "no_new_privs": status["NoNewPrivs"].strip(),
        "core": list(resource.getrlimit(resource.RLIMIT_CORE)),
        "file": list(resource.getrlimit(resource.RLIMIT_FSIZE)),
        "memory": list(resource.getrlimit(resource.RLIMIT_AS)),
    }


def environments() -> str:
    """The environment this child and the fork server before it were started with."""
    own, server = Path("/proc/self/environ"), Path(f"/proc/{os.getppid()}/environ")
    return own.read_text() + server.read_text() + str(dict(os.environ))
