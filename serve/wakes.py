"""Wake calls, gathered: a thousand of them at once are a write or two, and hold one thread of the shelf's."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from serve.reader import Reader


class Wakes:
    """One is written at a time; those that come meanwhile share the next, and hear how that went."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._written: asyncio.Task[None] | None = None
        self._next: asyncio.Task[None] | None = None
        self._named: list[Sequence[int]] = []

    async def wake(self, pending_image_ids: Sequence[int]) -> None:
        """Return once a worker can see it. Raises as the shelf does."""
        self._named.append(pending_image_ids)
        if self._next is None:
            self._next = asyncio.ensure_future(self._write(self._written))
            self._next.add_done_callback(_heard)
        # Shielded: one caller that hangs up must not cancel the hint of all others.
        await asyncio.shield(self._next)

    async def _write(self, before: asyncio.Task[None] | None) -> None:
        if before and not before.done():
            await asyncio.wait({before})
        self._written, self._next = self._next, None
        named, self._named = self._named, []
        await self._reader.ask(self._reader.shelf.wake, _together(named))


def _together(named: Sequence[Sequence[int]]) -> list[int]:
    """All that are named, once each; none where somebody meant all."""
    return list(dict.fromkeys(one for ids in named for one in ids)) if all(named) else []


def _heard(task: asyncio.Task[None]) -> None:
    """So that asyncio does not complain of an error whose every caller hung up."""
    if not task.cancelled():
        task.exception()
