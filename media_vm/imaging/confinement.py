"""What a child process may not do: outlive its worker, eat the machine, dump its memory, gain privileges."""

from __future__ import annotations

import ctypes
import multiprocessing
import os
import resource
import signal
import site
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeVar, TypeVarTuple

from media_vm.imaging.crew import MOST_THREADS
from media_vm.imaging.landlock import keep_only

T = TypeVar("T")
Ts = TypeVarTuple("Ts")

MODEL_VARIABLE: Final = "U2NET_HOME"
"""In which rembg looks for the folder of its models."""

PR_SET_PDEATHSIG: Final = 1  # linux/prctl.h
PR_SET_NO_NEW_PRIVS: Final = 38
M_MMAP_THRESHOLD: Final = -3  # malloc.h
M_ARENA_MAX: Final = -8
_BIG_BLOCK_BYTES: Final = 4 * 1024 * 1024
_SYSTEM: Final = (
    *("/usr", "/lib", "/lib64", "/etc/ld.so.cache", "/etc/localtime", "/etc/fonts", "/var/cache/fontconfig"),
    *("/dev/null", "/dev/zero", "/dev/urandom", "/proc/self", "/proc/cpuinfo", "/proc/meminfo", "/sys/devices"),
)
_THREADS: Final = MOST_THREADS  # CPU seconds run this much faster than the clock, at most
_WATCH_STACK_BYTES: Final = 256 * 1024


@dataclass(frozen=True, slots=True)
class Confinement:
    """Limits of one child.

    memory_bytes: address space; file_bytes: of the biggest file it may write. reads, writes: folders of pictures;
    if any is named, all other files but those that an interpreter and a decoder need are out of reach.
    variables: names and values that the child's environment gets, which is bare otherwise.
    """

    memory_bytes: int = 1_200_000_000
    file_bytes: int = 100_000_000
    reads: tuple[Path, ...] = ()
    writes: tuple[Path, ...] = ()
    variables: tuple[tuple[str, str], ...] = ()


def confine(limits: Confinement) -> None:
    """Take away from this process, for good, what no decoder needs; runs before the first task."""
    os.environ.update(limits.variables)
    _prctl(PR_SET_NO_NEW_PRIVS, 1)
    _prctl(PR_SET_PDEATHSIG, signal.SIGKILL)  # the fork server's death; the worker's is watched below
    if limits.reads or limits.writes:
        keep_only((*_needed(), *limits.reads), limits.writes)
    threading.stack_size(_WATCH_STACK_BYTES)
    threading.Thread(target=_die_with_worker, daemon=True).start()
    _give_memory_back()
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (limits.file_bytes, limits.file_bytes))
    resource.setrlimit(resource.RLIMIT_AS, (limits.memory_bytes, limits.memory_bytes))


def perform(seconds: float, task: Callable[[*Ts], T], args: tuple[*Ts]) -> T:
    """Run a task under an alarm of its own: past its time the kernel ends this process, whoever else lives.

    RLIMIT_CPU counts a process's whole life, so it is set anew from what was used so far.
    """
    usage = resource.getrusage(resource.RUSAGE_SELF)
    spent = usage.ru_utime + usage.ru_stime
    cpu_seconds = int(spent + seconds * _THREADS) + 1
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_seconds, resource.RLIM_INFINITY))
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        return task(*args)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def _needed() -> list[Path]:
    """What Python and the decoders' libraries read: code, fonts, the clock's zone; no home, no keys."""
    own = Path(__file__).parents[1]
    code = [Path(sys.prefix), Path(sys.base_prefix), own, *map(Path, site.getsitepackages())]
    return [*code, *(Path(one) for one in _SYSTEM)]


def _die_with_worker() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os.kill(os.getpid(), signal.SIGKILL)


def _give_memory_back() -> None:
    """Map big blocks one by one, so that the address space of one picture is there again for the next.

    Without it glibc keeps them, and the second of two 50-megapixel AVIFs (one with alpha) ran out of 1.2 GB.
    """
    libc = ctypes.CDLL(None)
    libc.mallopt(M_MMAP_THRESHOLD, _BIG_BLOCK_BYTES)
    libc.mallopt(M_ARENA_MAX, 2)


def _prctl(option: int, value: int) -> None:
    if ctypes.CDLL(None, use_errno=True).prctl(option, value, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl")
