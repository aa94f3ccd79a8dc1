"""Who may be walked beside whom: many at once, or one suspect all alone in its worker (contract §5.3).

Whoever waits here holds nothing that could go down with the worker: one joins before one claims, and of suspects
only one at a time waits to be alone.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Company:
    """A readers–writer lock that lets no newcomer in while somebody waits to be alone."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._together = 0
        self._is_awaited = False
        self._is_alone = False

    @property
    def is_awaited(self) -> bool:
        """Does somebody wait to be alone?"""
        return self._is_awaited

    @contextmanager
    def joined(self) -> Iterator[None]:
        """Wait while somebody is alone, or wants to be; then be one of them until the block ends."""
        with self._changed:
            self._changed.wait_for(lambda: not (self._is_alone or self._is_awaited))
            self._together += 1
        try:
            yield
        finally:
            with self._changed:
                self._together -= 1
                self._changed.notify_all()

    @contextmanager
    def left_by_the_others(self) -> Iterator[bool]:
        """One of them waits until all others have gone, and is alone until the block ends; False, at once, if
        another waits for that already."""
        with self._changed:
            is_first = not self._is_awaited
            if is_first:
                self._is_awaited = True
                self._changed.wait_for(lambda: self._together == 1)
                self._is_awaited, self._is_alone = False, True
        try:
            yield is_first
        finally:
            if is_first:
                with self._changed:
                    self._is_alone = False
