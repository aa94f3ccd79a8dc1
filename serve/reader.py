"""Asks the shelf without blocking the event loop, and remembers for a moment what it was told."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

from serve.shelf import Shelf, Shown

_Asked = ParamSpec("_Asked")
_Told = TypeVar("_Told")

_THREADS = 4  # fewer than the engine's connections, so that no thread waits for one
_FRESH_SECONDS = 0.5  # a deleted media must answer 410 within a second (contract §3)
_REMEMBERED = 4096


class Reader:
    """A shelf in threads. Requests for the same media at the same time cost one look."""

    def __init__(self, shelf: Shelf) -> None:
        self.shelf = shelf
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="shelf")
        self._recent: dict[int, tuple[float, asyncio.Task[Shown | None]]] = {}

    async def ask(self, verb: Callable[_Asked, _Told], *args: _Asked.args, **kwargs: _Asked.kwargs) -> _Told:
        """Run one of the shelf's verbs in a thread."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, lambda: verb(*args, **kwargs))

    async def shown(self, media_id: int) -> Shown | None:
        """What is shown of a media, at most half a second old."""
        now = asyncio.get_running_loop().time()
        until, look = self._recent.get(media_id, (now, None))
        if look is None or until <= now:
            look = self._look(media_id, until=now + _FRESH_SECONDS)
        # Shielded: one reader that hangs up must not cancel the look of all others.
        return await asyncio.shield(look)

    def forget(self, media_id: int) -> None:
        """Ask anew next time."""
        self._recent.pop(media_id, None)

    def close(self) -> None:
        """Let the threads end."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _look(self, media_id: int, until: float) -> asyncio.Task[Shown | None]:
        look = asyncio.ensure_future(self.ask(self.shelf.look_up, media_id))
        look.add_done_callback(lambda done: self._forget_failed(media_id, done))
        self.forget(media_id)
        if len(self._recent) >= _REMEMBERED:
            self.forget(next(iter(self._recent)))
        self._recent[media_id] = until, look
        return look

    def _forget_failed(self, media_id: int, look: asyncio.Task[Shown | None]) -> None:
        if look.cancelled() or look.exception():
            self.forget(media_id)
