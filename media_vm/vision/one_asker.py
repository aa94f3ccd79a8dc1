"""One thread at a time asks a question; who has the same one waits for what that brings.

Of one process: two workers that hold the same pixels at the same moment both pay.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta

from media_vm.ai_ports import Question


@dataclass(slots=True)
class _Asked:
    """A question that `count` threads have, one of which holds the lock."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    count: int = 0


class OneAsker:
    """Safe to share among threads; a question that nobody has takes no memory."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._asked: dict[Question, _Asked] = {}

    @contextmanager
    def of(self, question: Question, wait: timedelta) -> Iterator[bool]:
        """Is it ours to ask until the block ends? False: another one asks still, after `wait`."""
        with self._lock:
            asked = self._asked.setdefault(question, _Asked())
            asked.count += 1
        is_ours = asked.lock.acquire(timeout=max(0.0, wait.total_seconds()))
        try:
            yield is_ours
        finally:
            if is_ours:
                asked.lock.release()
            with self._lock:
                asked.count -= 1
                if not asked.count:
                    del self._asked[question]
