"""A total deadline for a whole HTTP exchange, headers and bodies alike: for httpcore, and for its successor.

Both limit each read alone, so a server that sends a byte now and then would never be too slow.
"""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from queue import Empty, Queue
from typing import Any, Final

_PIECE: Final = 16_384  # bytes written between two looks at the deadline
_OF_THIS_THREAD = threading.local()


@contextmanager
def deadline(span: timedelta) -> Iterator[None]:
    """Every socket operation of this thread shares what is left of `span`; the library's timeouts after it."""
    before: float | None = getattr(_OF_THIS_THREAD, "ends", None)
    _OF_THIS_THREAD.ends = time.monotonic() + span.total_seconds()
    try:
        yield
    finally:
        _OF_THIS_THREAD.ends = before


class TimedStream:
    """What a library's `NetworkStream` does, mixed in before it, each operation within the deadline.

    library: the module, whose exceptions say that it is too late.
    """

    library: Any

    def __init__(self, inner: Any) -> None:
        """inner: a stream of the library's own."""
        self._inner = inner

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """At least one byte, or none at the end."""
        body: bytes = self._inner.read(max_bytes, _left(timeout, self.library.ReadTimeout))
        return body

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """All of it, in pieces: a reader that is slow is no way round the deadline."""
        for at in range(0, len(buffer), _PIECE):
            self._inner.write(buffer[at : at + _PIECE], _left(timeout, self.library.WriteTimeout))

    def close(self) -> None:
        """The connection's end."""
        self._inner.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> Any:
        """The same over TLS."""
        left = _left(timeout, self.library.ConnectTimeout)
        return type(self)(self._inner.start_tls(ssl_context, server_hostname, left))

    def get_extra_info(self, info: str) -> Any:
        """What the library asks of a socket."""
        return self._inner.get_extra_info(info)


class TimedBackend:
    """Mixed in before a library's `SyncBackend`. stream: the timed streams of that library."""

    stream: type[TimedStream]

    def connect_tcp(self, host: str, port: int, timeout: float | None = None, *args: Any, **named: Any) -> Any:
        """A connection, made within the deadline, whose operations all share it.

        The library gives its timeout to each address of a name anew, and to looking the name up none at all. Here
        every address has its share of what is left.
        """
        library = self.stream.library
        left = _left(timeout, library.ConnectTimeout)
        if left is None:
            return self.stream(super().connect_tcp(host, port, None, *args, **named))  # type: ignore[misc]  # theirs
        addresses = _addresses(host, port, left, library)
        for number, address in enumerate(addresses):
            share = (_left(timeout, library.ConnectTimeout) or left) / (len(addresses) - number)
            try:
                made = super().connect_tcp(address, port, share, *args, **named)  # type: ignore[misc]  # theirs
            except (library.ConnectError, library.ConnectTimeout):
                if number == len(addresses) - 1:
                    raise
            else:
                return self.stream(made)
        raise library.ConnectError(f"{host} has no address")


def _addresses(host: str, port: int, seconds: float, library: Any) -> list[str]:
    """Of a name, looked up in a thread that nobody waits for any longer than this."""
    found: Queue[list[str] | OSError] = Queue()

    def look_up() -> None:
        try:
            told = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            found.put(list(dict.fromkeys(str(one[4][0]) for one in told)))
        except OSError as error:
            found.put(error)

    threading.Thread(target=look_up, name="name-look-up", daemon=True).start()
    try:
        answer = found.get(timeout=seconds)
    except Empty:
        raise library.ConnectTimeout(f"{host} is not looked up in time") from None
    if isinstance(answer, OSError):
        raise library.ConnectError(str(answer)) from answer
    return answer


def _left(timeout: float | None, too_late: type[Exception]) -> float | None:
    """The smaller of a single operation's timeout and what is left of the deadline."""
    ends: float | None = getattr(_OF_THIS_THREAD, "ends", None)
    if ends is None:
        return timeout
    left = ends - time.monotonic()
    if left <= 0:
        raise too_late("the exchange's deadline has passed")
    return left if timeout is None else min(timeout, left)
