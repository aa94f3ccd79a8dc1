"""Sockets that share one deadline: what is left of it goes along with every operation, of either library."""

from __future__ import annotations

import ssl
from collections.abc import Callable
from datetime import timedelta
from types import ModuleType
from typing import Any

import httpcore
import httpcore2
import pytest

from media_vm.timed_sockets import TimedBackend, TimedStream, deadline

AN_HOUR, NOTHING_LEFT = timedelta(hours=1), timedelta(0)


class Inner:
    """A library's stream that remembers what each operation was given, its time last."""

    def __init__(self) -> None:
        self.asked: list[tuple[Any, ...]] = []

    def read(self, max_bytes: int, timeout: float | None) -> bytes:
        self.asked.append(("read", max_bytes, timeout))
        return b"x"

    def write(self, buffer: bytes, timeout: float | None) -> None:
        self.asked.append(("write", len(buffer), timeout))

    def start_tls(self, _context: ssl.SSLContext, name: str | None, timeout: float | None) -> Inner:
        self.asked.append(("start_tls", name, timeout))
        return self

    def get_extra_info(self, info: str) -> str:
        return info

    def close(self) -> None:
        self.asked.append(("close", None))


class Library:
    """A backend that connects to nothing."""

    def __init__(self) -> None:
        self.inner = Inner()

    def connect_tcp(self, host: str, port: int, timeout: float | None, local_address: str | None = None) -> Inner:
        self.inner.asked.append(("connect", host, port, local_address, timeout))
        return self.inner


class Stream(TimedStream):
    library = httpcore


class Backend(TimedBackend, Library):
    stream = Stream


CONTEXT = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
OPERATIONS: dict[str, Callable[[TimedStream, float | None], object]] = {
    "read": lambda stream, timeout: stream.read(7, timeout),
    "write": lambda stream, timeout: stream.write(b"abc", timeout),
    "start_tls": lambda stream, timeout: stream.start_tls(CONTEXT, "a.example", timeout),
}


@pytest.mark.parametrize("operation", OPERATIONS.values(), ids=OPERATIONS)
def test_every_operation_has_what_is_left(operation: Callable[[TimedStream, float | None], object]) -> None:
    """Its own time where that is less, or where there is no deadline."""
    stream = Stream(inner := Inner())
    operation(stream, 5)
    with deadline(AN_HOUR):
        operation(stream, 5)
        operation(stream, 4000)
        operation(stream, None)

    own, less, more, none = (asked[-1] for asked in inner.asked)
    assert (5, 5) == (own, less)
    assert 3000 < more <= 3600 and 3000 < none <= 3600


@pytest.mark.parametrize("library", [httpcore, httpcore2])
@pytest.mark.parametrize(
    ("name", "expected"),
    [("read", "ReadTimeout"), ("write", "WriteTimeout"), ("start_tls", "ConnectTimeout")],
)
def test_past_the_deadline_nothing_is_done(library: ModuleType, name: str, expected: str) -> None:
    """The library's own exception, before its socket is touched."""

    class OfLibrary(TimedStream):
        pass

    OfLibrary.library = library
    stream = OfLibrary(inner := Inner())
    with deadline(NOTHING_LEFT), pytest.raises(getattr(library, expected)):
        OPERATIONS[name](stream, 5)

    assert [] == inner.asked


def test_a_long_body_is_written_in_pieces() -> None:
    """The deadline is looked at between them."""
    Stream(inner := Inner()).write(b"x" * 40_000)

    assert [("write", 16_384, None), ("write", 16_384, None), ("write", 7_232, None)] == inner.asked


def test_what_comes_of_a_connection_is_timed_too() -> None:
    """Connected within the deadline, and over TLS; else it is the library's own."""
    backend = Backend()
    with deadline(NOTHING_LEFT), pytest.raises(httpcore.ConnectTimeout):
        backend.connect_tcp("a.example", 443, timeout=5)
    stream = backend.connect_tcp("127.0.0.9", 443, timeout=5, local_address="127.0.0.1").start_tls(CONTEXT)
    stream.close()

    assert isinstance(stream, Stream)
    assert ("connect", "127.0.0.9", 443, "127.0.0.1", 5) == backend.inner.asked[0]
    assert ("close", None) == backend.inner.asked[-1]
    assert "is_readable" == stream.get_extra_info("is_readable")


def test_an_exchange_within_another_gives_back_its_deadline() -> None:
    """What is left of the outer one counts again."""
    stream = Stream(inner := Inner())
    with deadline(AN_HOUR):
        with deadline(timedelta(seconds=1)):
            stream.read(1)
        stream.read(1)
    stream.read(1)

    inside, outside, after = (asked[-1] for asked in inner.asked)
    assert inside <= 1 < outside
    assert after is None
