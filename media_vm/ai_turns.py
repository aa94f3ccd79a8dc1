"""Whose turn it is to call a provider: so many at once, so many a minute.

So many at once is kept a process, by counting its threads: N workers have N times as many under way. A count in
the database would have to outlive killed workers, and what it guards is our threads and sockets. So many a minute
is kept by the database for all processes together (`Pace`), since that is what a provider refuses by key.
"""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

from media_vm.ai_ports import Pace
from media_vm.rules.findings import Provider
from media_vm.rules.pace import interval_of


class ProcessTurns:
    """The `Turns` port. clock: monotonic seconds. pause: rest for so many seconds; True: stop here."""

    def __init__(
        self,
        pace: Pace,
        per_minute: int,
        at_once: int,
        clock: Callable[[], float],
        pause: Callable[[float], bool],
    ) -> None:
        self._pace, self._clock, self._pause = pace, clock, pause
        self._interval = interval_of(per_minute)
        self._lock = threading.Lock()
        self._slots = defaultdict[Provider, threading.Semaphore](lambda: threading.Semaphore(at_once))

    @contextmanager
    def of(self, provider: Provider, wait: timedelta) -> Iterator[bool]:
        """A slot first, then a moment, both within `wait`; the slot is free again when the block ends."""
        ends = self._clock() + wait.total_seconds()
        with self._lock:
            slot = self._slots[provider]
        if not slot.acquire(timeout=max(0.0, wait.total_seconds())):
            yield False
            return
        try:
            yield self._has_begun(provider, ends)
        finally:
            slot.release()

    def _has_begun(self, provider: Provider, ends: float) -> bool:
        left = timedelta(seconds=max(0.0, ends - self._clock()))
        off = self._pace.begin(provider, self._interval, left)
        if off is None:
            return False
        return not (off and self._pause(off.total_seconds()))
