"""A main API over real sockets that answers as a test scripts it: drips, lies, redirects, breaks off."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Answer = Callable[[BaseHTTPRequestHandler], None]


@dataclass
class Request:
    """One request as it came in."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class HostileServer:
    """Scripted answers by path; every request is kept."""

    url: str
    answers: dict[str, Answer] = field(default_factory=dict)
    requests: list[Request] = field(default_factory=list)


class _QuietServer(ThreadingHTTPServer):
    def handle_error(self, *_: Any) -> None:
        """Broken connections are what the tests are about."""


@contextmanager
def hostile_server() -> Iterator[HostileServer]:
    """A server on a free port until the block ends."""
    httpd = _QuietServer(("127.0.0.1", 0), BaseHTTPRequestHandler)
    httpd.daemon_threads = True
    server = HostileServer(f"http://127.0.0.1:{httpd.server_address[1]}")

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _any(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            body = self.rfile.read(length)
            server.requests.append(Request(self.command, self.path, dict(self.headers), body))
            server.answers.get(self.path, reply(404))(self)

        do_GET = do_HEAD = do_POST = do_DELETE = _any  # noqa: N815 - the names are http.server's

        def log_message(self, *_: Any) -> None:
            """The ledger above is the log."""

    httpd.RequestHandlerClass = Handler
    thread = threading.Thread(target=httpd.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        httpd.shutdown()
        httpd.server_close()


def reply(status: int, body: bytes = b"", **headers: str) -> Answer:
    """A plain answer; header names are given with underscores."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        for name, value in ({"Content-Length": str(len(body))} | named).items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(body)

    return answer


def lying(body: bytes, claimed: int) -> Answer:
    """Announces another length than it sends, then hangs up."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        reply(200, body, Content_Length=str(claimed))(handler)
        handler.close_connection = True

    return answer


def dripping(stop: threading.Event) -> Answer:
    """One byte every 50 ms, without an announced length, until told to stop."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Connection", "close")
        handler.end_headers()
        handler.close_connection = True
        try:
            while not stop.wait(0.05):
                handler.wfile.write(b"x")
        except OSError:
            pass

    return answer


def dripping_headers(stop: threading.Event) -> Answer:
    """A status line, then header bytes now and then, and never an end of them."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.close_connection = True
        try:
            handler.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
            while not stop.wait(0.05):
                handler.wfile.write(b"x")
        except OSError:
            pass

    return answer


def endless(chunk: bytes) -> Answer:
    """Chunks without end, until the other side hangs up."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Connection", "close")
        handler.end_headers()
        handler.close_connection = True
        try:
            while True:
                handler.wfile.write(chunk)
        except OSError:
            pass

    return answer


def hanging_up(handler: BaseHTTPRequestHandler) -> None:
    """No answer at all."""
    handler.close_connection = True
    handler.connection.close()
