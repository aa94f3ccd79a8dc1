"""What the children of a worker took, asked of the kernel while they live (Linux, proc(5))."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from media_vm.imaging.confinement import Confinement

_ADDRESSES, _RESIDENT = "VmPeak", "VmHWM"
_EVERY_SECONDS: Final = 0.05


@dataclass(frozen=True, slots=True)
class Peak:
    """The most that any child had. addresses: of its address space, which is what is limited; resident: of memory;
    both in bytes."""

    addresses: int = 0
    resident: int = 0

    def with_another(self, other: Peak) -> Peak:
        """Of both together."""
        return Peak(max(self.addresses, other.addresses), max(self.resident, other.resident))

    def is_within(self, limits: Confinement) -> bool:
        """Did none have more than it may? Of no child that was seen nothing can be said: False."""
        return 0 < self.addresses <= limits.memory_bytes


class Watch:
    """Looks at every child, and remembers the worst."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.peak = Peak()

    def look(self) -> None:
        """Best just after a task, before its child is renewed: a child remembers its own worst."""
        with self._lock:
            for status in _below(os.getpid(), _processes()):
                self.peak = self.peak.with_another(
                    Peak(1024 * status.get(_ADDRESSES, 0), 1024 * status.get(_RESIDENT, 0))
                )


@contextmanager
def watching() -> Iterator[Watch]:
    """Looks all the while, so that of a child that dies or is renewed counts what was last seen of it."""
    watch, is_over = Watch(), threading.Event()

    def look_on() -> None:
        while not is_over.wait(_EVERY_SECONDS):
            watch.look()

    looking = threading.Thread(target=look_on, daemon=True)
    looking.start()
    try:
        yield watch
    finally:
        is_over.set()
        looking.join()


def _below(pid: int, processes: dict[int, dict[str, int]]) -> Iterator[dict[str, int]]:
    """Our children's children: the fork server's, which are those that read pictures."""
    servers = {one for one, status in processes.items() if status.get("PPid") == pid}
    return (status for status in processes.values() if status.get("PPid") in servers)


def _processes() -> dict[int, dict[str, int]]:
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):  # it has just ended
            found[int(folder.name)] = _numbers((folder / "status").read_text())
    return found


def _numbers(status: str) -> dict[str, int]:
    """Sizes in KiB, and ids."""
    words = (line.split() for line in status.splitlines())
    return {one[0].rstrip(":"): int(one[1]) for one in words if len(one) > 1 and one[1].isdigit()}
