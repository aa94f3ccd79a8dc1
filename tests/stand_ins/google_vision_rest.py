"""The REST side of `google_vision.py`."""

from __future__ import annotations

import base64
import json
import socket
import ssl
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from google.cloud.vision_v1 import BatchAnnotateImagesResponse
from google.protobuf import json_format

from tests.stand_ins.google_vision import Answer, Asked, Certificate, Fault, GoogleStandIn, Refusal

PATH = "/v1/images:annotate"
RESET_AT_CLOSE = struct.pack("ii", 1, 0)  # SO_LINGER of no time: close() sends RST
GIGABYTE = 1_000_000_000
BODIES = {
    Fault.NOT_ITS_FORMAT: b'{"responses": [{"labelAnnotations"',
    Fault.WRONG_TYPES: b'{"responses": [{"labelAnnotations": "sea", "safeSearchAnnotation": [1]}]}',
    Fault.PAGE: b"<!doctype html><title>Log in</title>",
    Fault.NO_ANSWER: b"{}",
}
STATUSES = {
    "INVALID_ARGUMENT": 400,
    "FAILED_PRECONDITION": 400,
    "UNAUTHENTICATED": 401,
    "PERMISSION_DENIED": 403,
    "NOT_FOUND": 404,
    "RESOURCE_EXHAUSTED": 429,
    "INTERNAL": 500,
    "UNIMPLEMENTED": 501,
    "UNAVAILABLE": 503,
    "DEADLINE_EXCEEDED": 504,
}


class _QuietServer(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: Any) -> None:
        """Broken connections are what the tests are about."""


@contextmanager
def serving(certificate: Certificate | None, port: int) -> Iterator[GoogleStandIn]:
    """Until the block ends; on a free port where port is 0."""
    server = _QuietServer(("127.0.0.1", port), BaseHTTPRequestHandler)
    if certificate is not None:
        tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        tls.load_cert_chain(certificate.chain, certificate.key)
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    stand_in = GoogleStandIn(f"{'https' if certificate else 'http'}://127.0.0.1:{server.server_address[1]}")

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True  # headers and body are two writes: 40 ms otherwise

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            if self.path.partition("?")[0] != PATH:
                _reply(self, 404, b"{}")
                return
            asked = _asked(json.loads(body), {name.lower(): value for name, value in self.headers.items()})
            with suppress(OSError):
                _give(self, stand_in, stand_in.next_answer(asked))

        def log_message(self, *_: Any) -> None:
            """`asked` is the log."""

    server.RequestHandlerClass = Handler
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    try:
        yield stand_in
    finally:
        stand_in.stopped.set()
        server.shutdown()
        server.server_close()


def _asked(body: dict[str, Any], headers: dict[str, str]) -> Asked:
    (request,) = body["requests"]
    features = tuple(_feature(feature["type"]) for feature in request.get("features", []))
    return Asked(
        base64.b64decode(request.get("image", {}).get("content", "")),
        features,
        request.get("imageContext", {}),
        headers,
    )


def _feature(name: object) -> str:
    """The library sends numbers of enums over REST."""
    from google.cloud.vision_v1 import Feature

    return Feature.Type(name).name if isinstance(name, int) else str(name)


def _give(handler: BaseHTTPRequestHandler, stand_in: GoogleStandIn, answer: Answer) -> None:
    if isinstance(answer, Refusal):
        _refuse(handler, answer)
    elif answer is Fault.HANG:
        stand_in.stopped.wait()
        handler.close_connection = True
    elif answer is Fault.DRIP:
        _drip(handler, stand_in)
    elif answer is Fault.RESET:
        handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_AT_CLOSE)
        handler.connection.shutdown(socket.SHUT_RD)
        handler.close_connection = True
        handler.connection.close()
    elif answer is Fault.CUT:
        _reply(handler, 200, b'{"responses": [{', length=5_000)
        handler.close_connection = True
    elif answer is Fault.GIGABYTE:
        _flood(handler, stand_in)
    elif isinstance(answer, Fault):
        _reply(handler, 200, BODIES[answer], type_="text/html" if answer is Fault.PAGE else "application/json")
    else:
        whole = json_format.ParseDict({"responses": [answer]}, BatchAnnotateImagesResponse.pb()())
        _reply(handler, 200, json_format.MessageToJson(whole).encode())


def _reply(
    handler: BaseHTTPRequestHandler,
    status: int,
    body: bytes,
    *,
    length: int | None = None,
    type_: str = "application/json",
    retry_after: str | None = None,
) -> None:
    handler.send_response(status)
    handler.send_header("Content-Type", type_)
    handler.send_header("Content-Length", str(len(body) if length is None else length))
    if retry_after is not None:
        handler.send_header("Retry-After", retry_after)
    handler.end_headers()
    handler.wfile.write(body)


def _refuse(handler: BaseHTTPRequestHandler, refusal: Refusal) -> None:
    details: list[dict[str, Any]] = []
    if refusal.cause is not None:
        details.append({"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": refusal.cause})
    if refusal.retry_after is not None:
        seconds = f"{refusal.retry_after:.3f}s"
        details.append({"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": seconds})
    status = STATUSES[refusal.code]
    error = {"code": status, "message": "refused", "status": refusal.code, "details": details}
    _reply(handler, status, json.dumps({"error": error}).encode(), retry_after=refusal.header)


def _drip(handler: BaseHTTPRequestHandler, stand_in: GoogleStandIn) -> None:
    """A header that never ends, a byte at a time: no single read of it is slow."""
    handler.close_connection = True
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
    while not stand_in.stopped.wait(0.02):
        handler.wfile.write(b"x")


def _flood(handler: BaseHTTPRequestHandler, stand_in: GoogleStandIn) -> None:
    """An answer without an announced length, for as long as the other side takes it."""
    handler.send_response(200)
    handler.send_header("Connection", "close")
    handler.end_headers()
    handler.close_connection = True
    chunk = b" " * 100_000
    while stand_in.sent < GIGABYTE:
        handler.wfile.write(chunk)
        stand_in.sent += len(chunk)
