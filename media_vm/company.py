"""Who may be walked beside whom: many at once, or one suspect all alone in its worker (contract §5.3)."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Company:
    """A readers–writer lock that lets no newcomer in while somebody waits to be alone."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._together = 0
        self._waiting = 0
        self._is_alone = False

    @property
    def is_awaited(self) -> bool:
        """Does somebody wait to be alone?"""
        return self._waiting > 0

    @contextmanager
    def kept(self, *, alone: bool) -> Iterator[None]:
        """Wait until one may go, and go until the block ends."""
        self._come_in(alone=alone)
        try:
            yield
        finally:
            self._go(alone=alone)

    def _come_in(self, *, alone: bool) -> None:
        with self._changed:
            self._waiting += alone
            try:
                self._changed.wait_for(lambda: self._may_enter(alone=alone))
            finally:
                self._waiting -= alone
            self._is_alone = alone
            self._together += not alone

    def _may_enter(self, *, alone: bool) -> bool:
        if self._is_alone:
            return False
        return self._together == 0 if alone else self._waiting == 0

    def _go(self, *, alone: bool) -> None:
        with self._changed:
            if alone:
                self._is_alone = False
            else:
                self._together -= 1
            self._changed.notify_all()
