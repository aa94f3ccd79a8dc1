"""A small load generator: processes with raw keep-alive sockets, every answer checked, bounded in time."""

from __future__ import annotations

import re
import socket
import time
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial

from bench.comparison import NotMeasured

PROCESSES = 2
CONNECTIONS = 8  # a process; all of its requests are on their way at once
SECONDS = 1.0
PATIENCE = 10.0  # seconds for one answer
LOOPBACK = "127.0.0.1"
BUFFER_BYTES = 65_536

_END_OF_HEAD = b"\r\n\r\n"
_LENGTH = re.compile(rb"\r\ncontent-length: *([0-9]{1,10})\r\n", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Asked:
    """One GET on the loopback and the answer that it must get. body_bytes: of a 200; a 304 has none."""

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


def requests_a_second(asked: Asked, generators: ProcessPoolExecutor) -> float:
    """How many answers all generators together get. NotMeasured at the first wrong one."""
    return sum(generators.map(partial(fire, seconds=SECONDS), [asked] * PROCESSES))


def fire(asked: Asked, seconds: float) -> float:
    """Answers a second that this process gets over its connections. NotMeasured, OSError."""
    with ExitStack() as stack:
        connections = [
            stack.enter_context(socket.create_connection((LOOPBACK, asked.port), PATIENCE))
            for _ in range(CONNECTIONS)
        ]
        request, buffer, answered = asked.request, memoryview(bytearray(BUFFER_BYTES)), 0
        began = time.perf_counter()
        while time.perf_counter() - began < seconds:
            for connection in connections:
                connection.sendall(request)
            for connection in connections:
                _read_answer(connection, asked, buffer)
            answered += CONNECTIONS
        return answered / (time.perf_counter() - began)


def _read_answer(connection: socket.socket, asked: Asked, buffer: memoryview) -> None:
    """Read one answer to its end, and no further. NotMeasured unless it is the right one."""
    head, received = _read_head(connection, buffer)
    body_bytes = asked.body_bytes if asked.status == 200 else 0
    length = _LENGTH.search(head)
    if head[9:12] != b"%d" % asked.status or (body_bytes and (length is None or int(length[1]) != body_bytes)):
        raise NotMeasured(f"{asked.target} was answered by {head.splitlines()[0].decode('latin-1')}")
    missing = body_bytes - received
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
