"""httpx's own transport over sockets that know of a deadline for the whole exchange."""

from __future__ import annotations

import httpcore
import httpx

from media_vm.timed_sockets import TimedBackend, TimedStream


class DeadlineTransport(httpx.HTTPTransport):
    """For use within `timed_sockets.deadline`."""

    def __init__(self) -> None:
        super().__init__()
        self._pool.close()
        self._pool = httpcore.ConnectionPool(
            ssl_context=httpx.create_ssl_context(trust_env=False), network_backend=_Backend()
        )


class _Stream(TimedStream, httpcore.NetworkStream):
    library = httpcore


class _Backend(TimedBackend, httpcore.SyncBackend):
    stream = _Stream
