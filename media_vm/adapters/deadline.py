"""A total deadline for a whole HTTP exchange, headers and body alike.

httpx limits each read alone, so a server that sends a byte now and then would never be too slow.
"""

from __future__ import annotations

import ssl
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import httpcore
import httpx

_OF_THIS_THREAD = threading.local()


@contextmanager
def deadline(span: timedelta) -> Iterator[None]:
    """Every socket operation of this thread shares what is left of `span`; httpcore's timeouts after it."""
    _OF_THIS_THREAD.ends = time.monotonic() + span.total_seconds()
    try:
        yield
    finally:
        _OF_THIS_THREAD.ends = None


class DeadlineTransport(httpx.HTTPTransport):
    """httpx's own transport over sockets that know of the deadline."""

    def __init__(self) -> None:
        super().__init__()
        self._pool.close()
        self._pool = httpcore.ConnectionPool(
            ssl_context=httpx.create_ssl_context(trust_env=False), network_backend=_Backend()
        )


class _Backend(httpcore.SyncBackend):
    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        left = _left(timeout, httpcore.ConnectTimeout)
        return _Stream(super().connect_tcp(host, port, left, local_address, socket_options))


class _Stream(httpcore.NetworkStream):
    def __init__(self, inner: httpcore.NetworkStream) -> None:
        self._inner = inner

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, _left(timeout, httpcore.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, _left(timeout, httpcore.WriteTimeout))

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        left = _left(timeout, httpcore.ConnectTimeout)
        return _Stream(self._inner.start_tls(ssl_context, server_hostname, left))

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


def _left(timeout: float | None, too_late: type[Exception]) -> float | None:
    """The smaller of a single operation's timeout and what is left of the deadline."""
    ends: float | None = getattr(_OF_THIS_THREAD, "ends", None)
    if ends is None:
        return timeout
    left = ends - time.monotonic()
    if left <= 0:
        raise too_late("the exchange's deadline has passed")
    return left if timeout is None else min(timeout, left)
