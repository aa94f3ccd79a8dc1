"""Work that ends in time whatever it does."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable

import pytest

from media_vm.errors import GiveUp, NoRoom, StepFailed, TooSlow
from media_vm.vision.in_time import Exchange, in_time, this_exchange


def late() -> StepFailed:
    return TooSlow("too_slow", "too slow")


def test_what_the_work_returns_or_raises_comes_through() -> None:
    """Its own TimeoutError too, which is not ours."""
    assert 7 == in_time(lambda: 7, 5, late)
    with pytest.raises(GiveUp):
        in_time(_raising(GiveUp("bad", "bad")), 5, late)
    with pytest.raises(TimeoutError):
        in_time(_raising(TimeoutError()), 5, late)


def _raising(error: Exception) -> Callable[[], None]:
    def work() -> None:
        raise error

    return work


def test_work_that_is_late_is_given_up_and_its_socket_ended() -> None:
    """Whoever reads from it sees the end, also when the socket comes only then."""
    ours, theirs = socket.socketpair()
    gone = threading.Event()
    read: list[bytes] = []

    def work() -> None:
        exchange = this_exchange()
        assert exchange is not None
        exchange.uses(ours)
        read.append(ours.recv(1))
        gone.set()

    with ours, theirs:
        with pytest.raises(TooSlow):
            in_time(work, 0.01, late)
        assert gone.wait(5)

    assert [b""] == read


def test_a_socket_that_comes_too_late_ends_at_once() -> None:
    """Connected after everybody went."""
    exchange = Exchange()
    ours, theirs = socket.socketpair()
    with ours, theirs:
        exchange.cut()
        exchange.uses(ours)

        assert b"" == theirs.recv(1)


def test_no_thread_left_is_no_room(monkeypatch: pytest.MonkeyPatch) -> None:
    """A limit of this machine, not the provider's fault."""

    def start(_: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", start)

    with pytest.raises(NoRoom):
        in_time(lambda: 7, 5, late)
