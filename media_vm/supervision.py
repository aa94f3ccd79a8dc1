"""What the worker tells whoever started it and watches over it: systemd, or nobody."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from typing import Protocol

LOOK_EVERY = timedelta(seconds=2)


class Supervisor(Protocol):
    """Restarts a worker that falls silent."""

    def ready(self) -> None:
        """All that the worker needs is there."""

    def alive(self, doing: str) -> None:
        """The loop came round. Nobody else says so: a loop that hangs falls silent, whatever other threads do.
        doing: a few words for whoever asks how it is."""

    def stopping(self, doing: str) -> None:
        """The worker was told to stop, and does."""


class Unsupervised:
    """Nobody listens: a shell, a test."""

    def ready(self) -> None:
        """Nobody hears it."""

    def alive(self, doing: str) -> None:
        """Nobody hears it."""

    def stopping(self, doing: str) -> None:
        """Nobody hears it."""


@contextmanager
def threads_for_walks(
    number: int, supervisor: Supervisor, patience: timedelta
) -> Iterator[tuple[ThreadPoolExecutor, threading.Event]]:
    """Threads, and an event that tells them that the cycle is over. At the end they are waited for, and the
    supervisor hears of it, for no longer than `patience`: what takes longer hangs."""
    threads, is_over = ThreadPoolExecutor(number, thread_name_prefix="walk"), threading.Event()
    try:
        yield threads, is_over
    finally:
        is_over.set()
        end = threading.Thread(target=threads.shutdown, name="walks-end")
        end.start()
        for _ in range(max(1, patience // LOOK_EVERY)):
            end.join(LOOK_EVERY.total_seconds())
            if not end.is_alive():
                break
            supervisor.alive("waits for the last steps of this round")
        end.join()
