"""Asks permanent URLs whether they are served, as a browser would: without a key, and some at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import httpx
from tenacity import retry, retry_if_exception_type, stop_after_attempt

from media_vm.adapters.deadline import DeadlineTransport
from media_vm.rules.replacing import UrlAnswer
from media_vm.timed_sockets import deadline

AT_ONCE = 8
LIMIT = timedelta(seconds=20)
NOT_BY_HEAD = (httpx.codes.METHOD_NOT_ALLOWED, httpx.codes.NOT_IMPLEMENTED)


class HttpAnswers:
    """The `UrlAnswers` port. HEAD, or GET where that is not known; no body is read and no redirect followed."""

    def __init__(self, limit: timedelta = LIMIT) -> None:
        self._limit = limit
        self._client = httpx.Client(
            headers={"Accept": "image/avif,image/webp,*/*", "Accept-Encoding": "identity"},
            timeout=httpx.Timeout(10),
            follow_redirects=False,
            transport=DeadlineTransport(),
        )

    def close(self) -> None:
        """Let go of the connections."""
        self._client.close()

    def of(self, urls: Sequence[str]) -> Iterator[UrlAnswer]:
        """In their order; when nobody iterates any more, those under way are the last."""
        with ThreadPoolExecutor(AT_ONCE) as threads:
            yield from threads.map(self._one, urls)

    def _one(self, url: str) -> UrlAnswer:
        try:
            with deadline(self._limit):
                answer = self._asked("HEAD", url)
                return self._asked("GET", url) if answer.status in NOT_BY_HEAD else answer
        except (httpx.HTTPError, httpx.InvalidURL):
            return UrlAnswer(None, "")

    @retry(
        retry=retry_if_exception_type((httpx.RemoteProtocolError, httpx.ReadError, httpx.WriteError)),
        stop=stop_after_attempt(2),
        reraise=True,
    )
    def _asked(self, method: str, url: str) -> UrlAnswer:
        """A second try at once: the connection may have been idle for so long that it has just been closed."""
        with self._client.stream(method, url) as response:
            return UrlAnswer(response.status_code, response.headers.get("Content-Type", ""))
