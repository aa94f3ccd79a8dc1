"""Connections of both libraries within one deadline, whatever a name's addresses do."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from datetime import timedelta
from types import ModuleType
from typing import Any

import httpcore
import httpcore2
import pytest

from media_vm.timed_sockets import TimedBackend, TimedStream, deadline

SILENT = ("127.0.0.2", "127.0.0.3", "127.0.0.4", "127.0.0.5")


@pytest.fixture(params=[httpcore, httpcore2], ids=lambda library: library.__name__)
def backend(request: pytest.FixtureRequest) -> Any:
    """As the main API's client and the models' have it."""
    library: ModuleType = request.param

    class Stream(TimedStream):
        """Over that library's."""

    Stream.library = library

    class Backend(TimedBackend, library.SyncBackend):  # type: ignore[name-defined, misc]
        """Over that library's."""

        stream = Stream

    return Backend()


@pytest.fixture
def port() -> Iterator[int]:
    """At which 127.0.0.1 answers; the silent ones have no room for a further connection, so none is answered."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        full, waiting = [], []
        for address in SILENT:
            full.append(socket.create_server((address, port), backlog=0))
            for _ in range(3):
                one = socket.socket()
                one.setblocking(False)
                one.connect_ex((address, port))
                waiting.append(one)
        try:
            yield port
        finally:
            for one in (*waiting, *full):
                one.close()


def named(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> None:
    """`many.example` has these."""
    known = socket.getaddrinfo

    def look_up(host: Any, port: Any, *args: Any, **kwargs: Any) -> Any:
        if host != "many.example":
            return known(host, port, *args, **kwargs)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port)) for one in addresses]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)


def test_all_addresses_together_have_the_time_of_one(
    backend: Any, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Four that never answer take a second, not a second each."""
    named(monkeypatch, *SILENT)
    began = time.monotonic()

    with deadline(timedelta(seconds=1)), pytest.raises(backend.stream.library.ConnectTimeout):
        backend.connect_tcp("many.example", port, 60.0)

    assert time.monotonic() - began < 3


def test_a_silent_address_leaves_time_for_the_next(
    backend: Any, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first one has only its share."""
    named(monkeypatch, SILENT[0], "127.0.0.1")

    with deadline(timedelta(seconds=4)):
        made = backend.connect_tcp("many.example", port, 60.0)

    assert ("127.0.0.1", port) == made.get_extra_info("server_addr")
    made.close()


def test_a_name_that_is_never_looked_up_is_given_up(backend: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A resolver has no time limit of its own that we could set."""

    def look_up(*_: object, **__: object) -> list[object]:
        time.sleep(1)
        return []

    monkeypatch.setattr(socket, "getaddrinfo", look_up)

    with deadline(timedelta(seconds=0.3)), pytest.raises(backend.stream.library.ConnectTimeout):
        backend.connect_tcp("slow.example", 80, 60.0)


def test_a_name_that_nobody_knows_is_no_connection(backend: Any) -> None:
    """Known at once, and told as the library tells it."""
    with deadline(timedelta(seconds=5)), pytest.raises(backend.stream.library.ConnectError):
        backend.connect_tcp("nobody.invalid", 80, 60.0)
