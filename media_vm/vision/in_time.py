"""Work of a foreign library that ends in time whatever it does.

A look-up of a name, a token's fetch, a connect to one address after the other: none of them takes a limit for the
whole. So the work has a thread of its own, and who waits goes on without it.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from concurrent.futures import Future, wait
from contextlib import suppress
from typing import TypeVar

from media_vm.errors import NoRoom, StepFailed

T = TypeVar("T")

_OF_THIS_THREAD = threading.local()


class Exchange:
    """The socket that the work uses, for whoever gave it up to end: a drip would hold its thread for ever."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._socket: socket.socket | None = None
        self._is_over = False

    def uses(self, one: socket.socket | None) -> None:
        """From now on this one; it ends at once if nobody waits any more."""
        with self._lock:
            self._socket = one
            is_over = self._is_over
        if is_over:
            self.cut()

    def cut(self) -> None:
        """Whoever reads from it or writes to it sees its end. The socket stays its owner's to close."""
        with self._lock:
            self._is_over = True
            one = self._socket
        if one is not None:
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)


def this_exchange() -> Exchange | None:
    """That of the work which runs in this thread."""
    exchange: Exchange | None = getattr(_OF_THIS_THREAD, "exchange", None)
    return exchange


def in_time(work: Callable[[], T], seconds: float, late: Callable[[], StepFailed]) -> T:
    """What the work returns or raises. `late()`: it has not ended by then. NoRoom: no thread is left for it."""
    done: Future[T] = Future()
    exchange = Exchange()

    def run() -> None:
        _OF_THIS_THREAD.exchange = exchange
        try:
            done.set_result(work())
        except BaseException as error:  # whatever it is, it belongs to who waits
            done.set_exception(error)

    try:
        threading.Thread(target=run, name="vision-call", daemon=True).start()
    except RuntimeError:
        raise NoRoom("no_thread", "no further thread can be started here") from None
    if not wait((done,), timeout=seconds).done:
        exchange.cut()
        raise late()
    return done.result()
