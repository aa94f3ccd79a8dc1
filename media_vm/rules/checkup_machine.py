"""Does the machine have what its settings ask of it? Facts in, lines out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from media_vm.rules.checkup import Line, ok, problem, warning
from media_vm.rules.units import size_told

BYTES_A_SLOT: Final = 500_000_000  # measured: docs/operator.md, "How much memory does it take?"
BYTES_BESIDE: Final = 500_000_000  # a worker and serve themselves
FILES_AN_ITEM: Final = 4  # its temp file, its socket, its database connection, a provider's socket
FILES_BESIDE: Final = 200  # pipes of the children, libraries, serve's listening and its log
LARGE_SKEW, SMALL_SKEW = timedelta(seconds=60), timedelta(seconds=5)


@dataclass(frozen=True, slots=True)
class MachineFacts:
    """memory: bytes this process's group may have. cores: that it may use. open_files: the soft limit."""

    memory: int | None
    cores: float
    open_files: int


def lines_of_machine(facts: MachineFacts, cpu_slots: int, items_in_flight: int) -> Iterator[Line]:
    """Against MEDIA_VM_CPU_SLOTS and MEDIA_VM_ITEMS_IN_FLIGHT."""
    yield _memory(facts.memory, cpu_slots)
    yield _cores(facts.cores, cpu_slots)
    yield _open_files(facts.open_files, items_in_flight)


def _memory(memory: int | None, cpu_slots: int) -> Line:
    what, needed = "machine: memory", BYTES_BESIDE + cpu_slots * BYTES_A_SLOT
    if memory is None:
        return warning(what, "the kernel does not tell how much there is", "count half a gigabyte a CPU slot")
    seen = f"{size_told(memory)} for {cpu_slots} CPU slots, which may take {size_told(needed)}"
    if memory < needed:
        fit = max(1, (memory - BYTES_BESIDE) // BYTES_A_SLOT)
        return warning(what, seen, f"set MEDIA_VM_CPU_SLOTS={fit}, or give the machine more memory")
    return ok(what, seen)


def _cores(cores: float, cpu_slots: int) -> Line:
    what, seen = "machine: cores", f"{cores:g} for {cpu_slots} CPU slots"
    if cpu_slots > cores:
        return warning(what, seen, f"set MEDIA_VM_CPU_SLOTS={max(1, int(cores))}: more only take turns")
    return ok(what, seen)


def _open_files(limit: int, items_in_flight: int) -> Line:
    what, needed = "machine: open files", FILES_BESIDE + FILES_AN_ITEM * items_in_flight
    seen = f"{limit} may be open here, {needed} may be needed"
    if limit < needed:
        return problem(what, seen, f"raise the limit (systemd: LimitNOFILE=, shell: ulimit -n {needed})")
    return ok(what, seen)


def skew_of(theirs: datetime, began: datetime, ended: datetime) -> timedelta:
    """How far our clock is ahead of theirs, at the least: theirs was told at some moment between, so that no slow
    answer looks like a clock that is off."""
    if theirs < began:
        return began - theirs
    return min(timedelta(0), ended - theirs)


def line_of_clock(skew: timedelta, whose: str) -> Line:
    """skew: how far our clock is ahead of theirs. whose: as `the main API`."""
    what, apart = f"clock: {whose}", abs(skew)
    side = "ahead of" if skew > timedelta(0) else "behind"
    seen = f"ours is {apart.total_seconds():.0f} s {side} that of {whose}"
    remedy = "let NTP keep both clocks (`timedatectl set-ntp true`; `timedatectl` shows which one is wrong)"
    if apart >= LARGE_SKEW:
        return problem(what, seen, remedy)
    if apart >= SMALL_SKEW:
        return warning(what, seen, remedy)
    return ok(what, f"within {SMALL_SKEW.total_seconds():.0f} s of that of {whose}")
