"""A look that costs something, taken at most once in a while however often it is asked for."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Generic, TypeVar

T = TypeVar("T")


class Recently(Generic[T]):
    """look: takes it, and never raises. keeps: how long it is good for. patience: what who asks waits at most for
    one that is under way, in a thread of its own: a database that hangs hangs nobody else."""

    def __init__(
        self,
        look: Callable[[], T],
        keeps: timedelta,
        patience: timedelta,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._look = look
        self._keeps = keeps.total_seconds()
        self._patience = patience.total_seconds()
        self._clock = clock
        self._lock = threading.Lock()
        self._under_way: threading.Event | None = None
        self._found: tuple[float, T] | None = None

    def get(self) -> T | None:
        """The last look, if it is recent enough; None: it is late."""
        with self._lock:
            if self._is_recent():
                return self._found[1] if self._found else None
            if self._under_way is None:
                self._under_way = threading.Event()
                threading.Thread(target=self._take, args=[self._under_way], daemon=True, name="look").start()
            under_way = self._under_way
        under_way.wait(self._patience)
        with self._lock:
            return self._found[1] if self._found and self._is_recent() else None

    def _is_recent(self) -> bool:
        return self._found is not None and self._clock() - self._found[0] < self._keeps

    def _take(self, under_way: threading.Event) -> None:
        began = self._clock()
        try:
            found = self._look()
            with self._lock:
                self._found = began, found
        finally:
            with self._lock:
                self._under_way = None
            under_way.set()
