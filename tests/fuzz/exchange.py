"""One made-up request to the application, as Granian hands it over, or as raw bytes to a process of serve."""

from __future__ import annotations

import socket
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote_to_bytes

from starlette.types import ASGIApp, Message, Scope

from tests.fuzz.made_up import Sent
from tests.fuzz.stage import HOST

_PATIENCE_SECONDS = 15.0
_UNFINISHED_SECONDS = 0.3


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back. headers: names in lower case, in order. status 0: none at all."""

    status: int
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""

    def header(self, name: str) -> str | None:
        """Its lines as one; None if there is none."""
        values = [value for key, value in self.headers if key == name]
        return ", ".join(values) if values else None


async def asked(app: ASGIApp, sent: Sent) -> Answer:
    """What the application answers; whatever it raises is raised."""
    said: list[Message] = []
    body = bytearray()
    requests: list[Message] = [{"type": "http.request", "body": sent.body, "more_body": False}]

    async def receive() -> Message:
        return requests.pop() if requests else {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            said.append(message)
        elif message["type"] == "http.response.body":
            body.extend(message.get("body", b""))
        elif message["type"] == "http.response.pathsend":
            body.extend(Path(message["path"]).read_bytes())

    await app(_scope(sent), receive, send)
    if len(said) != 1:
        raise AssertionError(f"answered {len(said)} times")
    headers = [(name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in said[0]["headers"]]
    return Answer(said[0]["status"], tuple(headers), bytes(body))


def told(port: int, request: bytes) -> Answer:
    """What a server answers to these bytes before it closes."""
    received = bytearray()
    with socket.create_connection((HOST, port), timeout=_PATIENCE_SECONDS) as connection:
        try:
            connection.sendall(request)
            connection.settimeout(_UNFINISHED_SECONDS)
            _read(connection, received)
        except TimeoutError:
            connection.shutdown(socket.SHUT_WR)  # it waits for more of this request
            connection.settimeout(_PATIENCE_SECONDS)
            _read(connection, received)
        except (ConnectionResetError, BrokenPipeError):
            pass  # refused before all of it was read
    return _parsed(bytes(received))


def _read(connection: socket.socket, received: bytearray) -> None:
    while chunk := connection.recv(65_536):
        received.extend(chunk)


def _parsed(answer: bytes) -> Answer:
    """The first of the answers: what was cut in two may be two requests."""
    if not answer:
        return Answer(0)
    head, _, body = answer.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    headers = tuple((name.lower(), value) for name, _, value in (line.partition(": ") for line in lines))
    length = dict(headers).get("content-length")
    return Answer(int(first.split()[1]), headers, body[: int(length)] if length else body)


def _scope(sent: Sent) -> Scope:
    path, _, query = sent.target.partition(b"#")[0].partition(b"?")
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": sent.method,
        "scheme": "http",
        "path": unquote_to_bytes(path).decode("utf-8", "replace"),
        "raw_path": path,
        "query_string": query,
        "root_path": "",
        "headers": list(sent.headers),
        "client": (HOST, 50_000),
        "server": (HOST, 3001),
        "extensions": {"http.response.pathsend": {}},
    }
