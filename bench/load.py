"""A small load generator: raw keep-alive sockets, every answer checked."""

from __future__ import annotations

import itertools
import re
import socket
import time
from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import dataclass

from bench.comparison import NotMeasured

CONNECTIONS = 8  # a process; all of its requests are on their way at once
PATIENCE = 60.0  # seconds for one answer
LOOPBACK = "127.0.0.1"
BUFFER_BYTES = 65_536

_END_OF_HEAD = b"\r\n\r\n"
_LENGTH = re.compile(rb"\r\ncontent-length: *([0-9]{1,10})\r\n", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Asked:
    """One GET on the loopback and the answer that it must get. body_bytes: of a 200; others are of any length."""

    port: int
    target: str
    headers: tuple[tuple[str, str], ...]
    status: int
    body_bytes: int

    @property
    def request(self) -> bytes:
        """What goes over the wire."""
        lines = [f"GET {self.target} HTTP/1.1", f"Host: {LOOPBACK}:{self.port}"]
        lines += [f"{name}: {value}" for name, value in self.headers]
        return "\r\n".join([*lines, "", ""]).encode()


def visit(visits: Iterable[Asked], connections: int = CONNECTIONS) -> float:
    """Answers a second to all of these, which are one server's. NotMeasured at the first wrong one, OSError."""
    with ExitStack() as stack:
        lines: list[socket.socket] = []
        buffer, answered, began = memoryview(bytearray(BUFFER_BYTES)), 0, time.perf_counter()
        coming = iter(visits)
        while some := list(itertools.islice(coming, connections)):
            while len(lines) < len(some):
                lines.append(stack.enter_context(_connection(some[0].port)))
            for line, asked in zip(lines, some, strict=False):
                line.sendall(asked.request)
            for line, asked in zip(lines, some, strict=False):
                _read_answer(line, asked, buffer)
            answered += len(some)
        return answered / (time.perf_counter() - began)


def waits(port: int, visits: Iterable[Asked]) -> list[float]:
    """Milliseconds of each, one after the other over one connection. NotMeasured at the first wrong one."""
    found, buffer = [], memoryview(bytearray(BUFFER_BYTES))
    with _connection(port) as line:
        for asked in visits:
            began = time.perf_counter()
            line.sendall(asked.request)
            _read_answer(line, asked, buffer)
            found.append(1000 * (time.perf_counter() - began))
    return found


def _connection(port: int) -> socket.socket:
    return socket.create_connection((LOOPBACK, port), PATIENCE)


def _read_answer(connection: socket.socket, asked: Asked, buffer: memoryview) -> None:
    """Read one answer to its end, and no further. NotMeasured unless it is the right one."""
    head, received = _read_head(connection, buffer)
    told = _LENGTH.search(head)
    length = int(told[1]) if told and asked.status != 304 else 0
    if head[9:12] != b"%d" % asked.status or (asked.status == 200 and length != asked.body_bytes):
        raise NotMeasured(f"{asked.target} was answered by {head.splitlines()[0].decode('latin-1')}")
    missing = length - received
    while missing:
        read = connection.recv_into(buffer, min(missing, BUFFER_BYTES))
        if not read:
            raise NotMeasured(f"{asked.target}: the server hung up in the middle of an answer")
        missing -= read


def _read_head(connection: socket.socket, buffer: memoryview) -> tuple[bytes, int]:
    """The head of an answer, and how many bytes of its body came along."""
    filled = 0
    while filled < BUFFER_BYTES:
        read = connection.recv_into(buffer[filled:])
        filled += read
        head, end, body = bytes(buffer[:filled]).partition(_END_OF_HEAD)
        if end:
            return head + b"\r\n", len(body)
        if not read:
            break
    raise NotMeasured("an answer had no head")
