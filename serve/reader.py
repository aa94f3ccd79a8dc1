"""Asks the shelf without blocking the event loop, and remembers what it was told as long as that is right."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

from serve.freshness import Freshness
from serve.memory import Memory
from serve.shelf import News, Shelf, Shown

_Asked = ParamSpec("_Asked")
_Told = TypeVar("_Told")

_THREADS = 4  # with those for news fewer than the engine's connections, so that no thread waits for one
_NEWS_THREADS = 2  # the second for the question that follows one that hangs
_REMEMBERED = 4096  # media: about 10 kB each
_SECONDS = 60.0  # until a media is looked up anew, whatever is known of changes


class Reader:
    """A shelf in threads. Requests for the same media at the same time cost one look."""

    def __init__(self, shelf: Shelf, clock: Callable[[], float] = time.monotonic) -> None:
        self.shelf = shelf
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="shelf")
        # Apart, so that calls that wait for a row's lock keep nobody from hearing of changes.
        self._news_threads = ThreadPoolExecutor(_NEWS_THREADS, thread_name_prefix="news")
        self._looks: dict[int, asyncio.Task[Shown | None]] = {}
        self._shown: Memory[Shown] = Memory(_REMEMBERED, _SECONDS, clock)
        # Apart, so that no scan of ids empties the other.
        self._absent: Memory[bool] = Memory(_REMEMBERED, _SECONDS, clock)
        self._freshness = Freshness(self._news, self.forget, clock)

    async def ask(self, verb: Callable[_Asked, _Told], *args: _Asked.args, **kwargs: _Asked.kwargs) -> _Told:
        """Run one of the shelf's verbs in a thread."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, lambda: verb(*args, **kwargs))

    def at_hand(self, media_id: int) -> Shown | None:
        """What is shown of a media, if that is known without asking anybody."""
        return self._shown.get(media_id) if self._freshness.is_fresh() else None

    async def shown(self, media_id: int) -> Shown | None:
        """What is shown of a media, right within a second of any change."""
        if not self._freshness.is_fresh():
            await self._freshness.wait()
        shown = self._shown.get(media_id)
        if shown or self._absent.get(media_id) or self._freshness.never_was(media_id):
            return shown
        # Shielded: one reader that hangs up must not cancel the look of all others.
        return await asyncio.shield(self._looks.get(media_id) or self._look(media_id))

    def forget(self, media_id: int) -> None:
        """Ask anew next time."""
        self._looks.pop(media_id, None)
        self._shown.forget(media_id)
        self._absent.forget(media_id)

    def close(self) -> None:
        """Let the threads end."""
        for threads in (self._threads, self._news_threads):
            threads.shutdown(wait=False, cancel_futures=True)

    async def _news(self) -> News:
        remembered = [*self._shown, *self._absent, *self._looks]
        return await asyncio.get_running_loop().run_in_executor(self._news_threads, self.shelf.news, remembered)

    def _look(self, media_id: int) -> asyncio.Task[Shown | None]:
        look = asyncio.ensure_future(self.ask(self.shelf.look_up, media_id))
        self._looks[media_id] = look
        look.add_done_callback(lambda done: self._keep(media_id, done))
        return look

    def _keep(self, media_id: int, look: asyncio.Task[Shown | None]) -> None:
        """Unless it failed, or the media changed while it was looked at."""
        if self._looks.get(media_id) is not look:
            return
        del self._looks[media_id]
        if look.cancelled() or look.exception():
            return
        shown = look.result()
        if shown is None:
            self._absent.keep(media_id, True)
        else:
            self._shown.keep(media_id, shown)
