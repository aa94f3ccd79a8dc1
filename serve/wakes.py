"""Wake calls, gathered: a thousand of them at once are a write or two, and hold one thread of the shelf's."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from serve.reader import Reader

_MOST_NAMED = 1000  # ids that are gathered; who names more means all


class Wakes:
    """One is written at a time; those that come meanwhile share the next, and hear how that went."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._written: asyncio.Task[None] | None = None
        self._next: asyncio.Task[None] | None = None
        self._named: dict[int, None] = {}  # in the order they came
        self._means_all = False

    async def wake(self, pending_image_ids: Sequence[int]) -> None:
        """Return once a worker can see it. Raises as the shelf does."""
        self._gather(pending_image_ids)
        if self._next is None:
            self._next = asyncio.ensure_future(self._write(self._written))
            self._next.add_done_callback(_heard)
        # Shielded: one caller that hangs up must not cancel the hint of all others.
        await asyncio.shield(self._next)

    async def _write(self, before: asyncio.Task[None] | None) -> None:
        if before and not before.done():
            await asyncio.wait({before})
        self._written, self._next = self._next, None
        named, self._named, self._means_all = list(self._named), {}, False
        await self._reader.ask(self._reader.shelf.wake, named)

    def _gather(self, pending_image_ids: Sequence[int]) -> None:
        """All that are named, once each; none where somebody meant all, or too many are named to say which."""
        if self._means_all:
            return
        self._named.update(dict.fromkeys(pending_image_ids))
        self._means_all = not pending_image_ids or len(self._named) > _MOST_NAMED
        if self._means_all:
            self._named = {}


def _heard(task: asyncio.Task[None]) -> None:
    """So that asyncio does not complain of an error whose every caller hung up."""
    if not task.cancelled():
        task.exception()
