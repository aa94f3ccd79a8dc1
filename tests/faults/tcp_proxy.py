"""A TCP proxy that does what networks do: cut, reset, stall, break off in the middle, swallow one answer."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

RESET_AT_CLOSE = struct.pack("ii", 1, 0)  # SO_LINGER of no time: close() sends RST


class TcpProxy:
    """On a loopback port of its own, in front of one server; faults fall on live connections, new ones work."""

    def __init__(self, server: tuple[str, int]) -> None:
        self._server = server
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._live: list[socket.socket] = []
        self._stalls: list[threading.Event] = []
        self._flowing = _open_gate()
        self._request_to_lose: bytes | None = None
        self._bytes_left: int | None = None
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def port(self) -> int:
        """Where clients connect."""
        port: int = self._listener.getsockname()[1]
        return port

    def cut(self) -> None:
        """Both ends see an orderly end."""
        for one in self._live:
            _end(one)
        self._live.clear()
        self.flow_again()

    def reset(self) -> None:
        """Both ends see `connection reset by peer`."""
        for one in self._live:
            with suppress(OSError):  # closed by then
                one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_AT_CLOSE)
            _end(one)
        self._live.clear()
        self.flow_again()

    def stall(self) -> None:
        """Nothing gets through any more, and nobody is told."""
        self._flowing.clear()
        self._stalls.append(self._flowing)
        self._flowing = _open_gate()

    def flow_again(self) -> None:
        """What was held up gets through after all, late."""
        for stalled in self._stalls:
            stalled.set()
        self._stalls.clear()

    def cut_after(self, count: int) -> None:
        """Break off when so many further bytes came from the server."""
        self._bytes_left = count

    def lose_answer_to(self, request: bytes) -> None:
        """Pass the next request that contains these bytes; cut the connection when its answer comes."""
        self._request_to_lose = request

    @property
    def is_armed(self) -> bool:
        """A fault still waits for the bytes that it falls on."""
        return self._bytes_left is not None or self._request_to_lose is not None

    def close(self) -> None:
        """No new connections, no old ones."""
        _end(self._listener)
        self.cut()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                with suppress(ConnectionRefusedError):
                    self._join(client, socket.create_connection(self._server))

    def _join(self, client: socket.socket, server: socket.socket) -> None:
        self._live += [client, server]
        gate = self._flowing
        for source, sink, passed in ((client, server, self._asked), (server, client, self._answered)):
            threading.Thread(target=self._pump, args=(source, sink, gate, passed), daemon=True).start()

    @staticmethod
    def _pump(
        source: socket.socket, sink: socket.socket, gate: threading.Event, passed: Callable[[bytes], bytes]
    ) -> None:
        with suppress(OSError):
            while data := source.recv(65536):
                gate.wait()
                if sink.fileno() < 0:  # cut while it was stalled: no fault is spent on the dead
                    break
                kept = passed(data)
                sink.sendall(kept)
                if len(kept) < len(data):
                    break
        _end(source)
        _end(sink)

    def _asked(self, data: bytes) -> bytes:
        if self._request_to_lose and self._request_to_lose in data:
            self._request_to_lose, self._bytes_left = None, 0
        return data

    def _answered(self, data: bytes) -> bytes:
        if self._bytes_left is None:
            return data
        kept = data[: self._bytes_left]
        self._bytes_left = self._bytes_left - len(kept) if kept == data else None
        return kept


@contextmanager
def tcp_proxy(server: tuple[str, int]) -> Iterator[TcpProxy]:
    """A proxy until the block ends."""
    proxy = TcpProxy(server)
    try:
        yield proxy
    finally:
        proxy.close()


def _open_gate() -> threading.Event:
    gate = threading.Event()
    gate.set()
    return gate


def _end(one: socket.socket) -> None:
    """Wake the thread that reads it (until then the kernel keeps it open), and let close() choose FIN or RST."""
    with suppress(OSError):
        one.shutdown(socket.SHUT_RD)
    one.close()
