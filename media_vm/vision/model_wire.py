"""The sockets below a model's client: one deadline for a whole exchange, and a cap on the bytes of an answer.

httpx2 limits each read alone and no body at all: a server that drips would never be too slow, and one that sends
without end would fill the memory. Import it late: it takes 0.1 s.
"""

from __future__ import annotations

import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import cache

import httpcore2
import httpx2

from media_vm.timed_sockets import TimedBackend, TimedStream, deadline

_OF_THIS_THREAD = threading.local()


class AnswerTooLong(httpx2.TransportError):
    """More bytes came than an answer may have."""


class AnswerEncoded(httpx2.TransportError):
    """It came compressed, though asked for plain: a bomb would be counted too late."""


@contextmanager
def exchange(within: timedelta, longest: int) -> Iterator[None]:
    """Every socket operation of this thread shares this time; no answer may have more bytes than `longest`."""
    _OF_THIS_THREAD.longest = longest
    try:
        with deadline(within):
            yield
    finally:
        _OF_THIS_THREAD.longest = None


def capped_client(headers: dict[str, str] | None = None) -> httpx2.Client:
    """A client for use within `exchange`. It follows no redirect, for our key would go along."""
    return httpx2.Client(
        transport=_CappedTransport(),
        headers={"Accept-Encoding": "identity", **(headers or {})},
        timeout=httpx2.Timeout(60),
        follow_redirects=False,
        trust_env=False,
    )


class _CappedTransport(httpx2.HTTPTransport):
    def __init__(self) -> None:
        super().__init__(verify=_certificates())
        self._pool.close()
        self._pool = httpcore2.ConnectionPool(
            ssl_context=_certificates(),
            network_backend=_Backend(),
            max_connections=None,  # how many at once is MEDIA_VM_AI_CONCURRENCY's to say, not the pool's 10
            keepalive_expiry=5.0,
        )

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        request.headers["Accept-Encoding"] = "identity"
        response = super().handle_request(request)
        if response.headers.get("Content-Encoding", "identity").strip().lower() != "identity":
            response.close()
            raise AnswerEncoded("the answer came compressed", request=request)
        assert isinstance(response.stream, httpx2.SyncByteStream)
        response.stream = _CappedStream(response.stream, request)
        return response


class _CappedStream(httpx2.SyncByteStream):
    def __init__(self, inner: httpx2.SyncByteStream, request: httpx2.Request) -> None:
        self._inner = inner
        self._request = request

    def __iter__(self) -> Iterator[bytes]:
        longest: int | None = getattr(_OF_THIS_THREAD, "longest", None)
        read = 0
        for chunk in self._inner:
            read += len(chunk)
            if longest is not None and read > longest:
                raise AnswerTooLong(f"the answer is longer than {longest} bytes", request=self._request)
            yield chunk

    def close(self) -> None:
        self._inner.close()


@cache
def _certificates() -> ssl.SSLContext:
    """The system's, read once a process."""
    return httpx2.create_ssl_context()


class _Stream(TimedStream, httpcore2.NetworkStream):
    library = httpcore2


class _Backend(TimedBackend, httpcore2.SyncBackend):
    stream = _Stream
