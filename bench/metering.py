"""What a piece of work costs the process that does it."""

from __future__ import annotations

import resource
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVarTuple

Ts = TypeVarTuple("Ts")

_RESET_PEAK = "5"  # proc(5), /proc/pid/clear_refs: the peak resident set is counted anew from here


@dataclass(frozen=True, slots=True)
class Cost:
    """Of one call. cpu_seconds: all threads, user and system. peak_megabytes: most resident memory at once."""

    wall_seconds: float
    cpu_seconds: float
    peak_megabytes: float


def metered(work: Callable[[*Ts], object], *args: *Ts) -> Cost:
    """Do the work in this process, Linux, and say what it cost."""
    Path("/proc/self/clear_refs").write_text(_RESET_PEAK)
    began, spent = time.perf_counter(), _cpu_seconds()
    work(*args)
    return Cost(time.perf_counter() - began, _cpu_seconds() - spent, _peak_megabytes())


def _cpu_seconds() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def _peak_megabytes() -> float:
    """VmHWM is in kibibytes (proc(5)); getrusage's own peak cannot be reset."""
    lines = Path("/proc/self/status").read_text().splitlines()
    kibibytes = next(line.split()[1] for line in lines if line.startswith("VmHWM:"))
    return int(kibibytes) * 1024 / 1e6
