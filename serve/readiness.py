"""What `/readyz` says, which is open to all: it looks at the database once a second, however often it is asked."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

from serve.reader import Reader

_KEPT_SECONDS = 1.0


class Readiness:
    """One look at a time, whose answer or error is everybody's for a second."""

    def __init__(self, reader: Reader, clock: Callable[[], float] = time.monotonic) -> None:
        self._reader = reader
        self._clock = clock
        self._look: asyncio.Task[str | None] | None = None
        self._until = float("-inf")

    async def remedy(self) -> str | None:
        """None when ready, else one sentence that names the remedy. Raises as the shelf does."""
        if self._look is None or (self._look.done() and self._clock() >= self._until):
            self._look = asyncio.ensure_future(self._reader.ask(self._reader.shelf.is_ready))
            self._look.add_done_callback(self._keep)
        # Shielded: one who hangs up must not cancel the look of all others.
        return await asyncio.shield(self._look)

    def _keep(self, look: asyncio.Task[str | None]) -> None:
        if not look.cancelled():
            look.exception()  # heard, or asyncio complains of one whose every asker hung up
            self._until = self._clock() + _KEPT_SECONDS
