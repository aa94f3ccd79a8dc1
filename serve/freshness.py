"""How what is remembered stays right within a second of a change by whatever process.

Every change of what is shown of a media moves its row's time. So the shelf is asked for the changes of the last
minute, at most every half second and only while pictures are asked for; what is new among them is forgotten. Who
comes after a rest waits for that one question. A minute is longer than a transaction of ours takes to commit.

After a bulk change the shelf tells of what is remembered alone. A media that came to be remembered since the last
question may then be new here and yet known as it is now: it is looked up once more.

With the database away nothing is learned; what is remembered then holds until it is too old by itself.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from datetime import datetime
from typing import Any

from serve.shelf import News

_ASK_EVERY_SECONDS = 0.5
_TRUSTED_SECONDS = 0.8  # the rest of the second is for the answer
_PATIENCE_SECONDS = 0.5  # for a database that does not answer
_ABANDONED_SECONDS = 2.0  # a question that hangs for so long, on a lost connection say, is asked anew


class Freshness:
    """forget: what to do with a media that changed."""

    def __init__(
        self,
        ask: Callable[[], Coroutine[Any, Any, News]],
        forget: Callable[[int], None],
        clock: Callable[[], float],
    ) -> None:
        self._ask = ask
        self._forget = forget
        self._clock = clock
        self._asking: asyncio.Task[News] | None = None
        self._asked_at = self._known_at = float("-inf")
        self._highest_id = 0
        self._seen: dict[int, datetime] = {}

    def is_fresh(self) -> bool:
        """Is everything known that happened until a moment ago? Asks for news if it is time."""
        now = self._clock()
        if self._asking and now - self._asked_at >= _ABANDONED_SECONDS:
            self._asking.cancel()
            self._asking = None
        if now - self._asked_at >= _ASK_EVERY_SECONDS and self._asking is None:
            self._asked_at = now
            self._asking = asyncio.ensure_future(self._ask())
            self._asking.add_done_callback(self._learn)
        return now - self._known_at < _TRUSTED_SECONDS

    async def wait(self) -> None:
        """For the news that were asked for, if they come soon."""
        left = self._asked_at + _PATIENCE_SECONDS - self._clock()
        if self._asking and left > 0:
            await asyncio.wait({self._asking}, timeout=left)

    def never_was(self, media_id: int) -> bool:
        """Was no media of this id there a moment ago? False also where that is not known."""
        return self.is_fresh() and media_id > self._highest_id

    def _learn(self, asking: asyncio.Task[News]) -> None:
        if asking is self._asking:
            self._asking = None
        if asking.cancelled() or asking.exception():
            return
        news = asking.result()
        for media_id, changed_at in news.changed.items():
            if self._seen.get(media_id) != changed_at:
                self._forget(media_id)
        # What was told once is known for its whole minute, though it may be told again only once it is remembered.
        told = {**self._seen, **news.changed}
        self._seen = {media_id: changed_at for media_id, changed_at in told.items() if changed_at > news.since}
        self._highest_id, self._known_at = news.highest_id, self._asked_at
