"""What befalls a model's server itself, whatever was asked of it: steps for `ModelServer.script`."""

from __future__ import annotations

import gzip
import socket
import struct
from http.server import BaseHTTPRequestHandler

from tests.stand_ins.model_server import ModelServer, Raw, send


def status(code: int, message: str = "no", **headers: str) -> Raw:
    """An error as these servers write it."""

    def answer(handler: BaseHTTPRequestHandler, _: ModelServer) -> None:
        send(handler, code, {"error": {"message": message, "type": "t", "code": None}}, **headers)

    return answer


def body(content: object, code: int = 200, **headers: str) -> Raw:
    """Any answer at all; bytes go out as they are."""

    def answer(handler: BaseHTTPRequestHandler, _: ModelServer) -> None:
        send(handler, code, content, **headers)

    return answer


def failed(code: str, status: int = 200) -> Raw:
    """As OpenAI's Responses say that they did not manage."""
    return body({"status": "failed", "output": [], "error": {"code": code, "message": "no"}}, status)


def hang(handler: BaseHTTPRequestHandler, server: ModelServer) -> None:
    """Nothing, until the server ends."""
    server.stopping.wait(30)
    handler.close_connection = True


def drip(handler: BaseHTTPRequestHandler, server: ModelServer) -> None:
    """Headers, then a byte now and then, and never an end."""
    handler.send_response(200)
    handler.send_header("Content-Type", "application/json")
    handler.end_headers()
    handler.close_connection = True
    while not server.stopping.wait(0.02):
        handler.wfile.write(b" ")


def drip_headers(handler: BaseHTTPRequestHandler, server: ModelServer) -> None:
    """A status line, then a header that never ends."""
    handler.close_connection = True
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
    while not server.stopping.wait(0.02):
        handler.wfile.write(b"x")


def reset(handler: BaseHTTPRequestHandler, _: ModelServer) -> None:
    """The connection is torn down without an answer."""
    handler.close_connection = True
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    handler.connection.close()


def cut_off(handler: BaseHTTPRequestHandler, _: ModelServer) -> None:
    """Fewer bytes than were announced."""
    handler.send_response(200)
    handler.send_header("Content-Length", "5000")
    handler.end_headers()
    handler.wfile.write(b'{"id": ')
    handler.close_connection = True


def gigabyte(handler: BaseHTTPRequestHandler, server: ModelServer) -> None:
    """An answer that is as long as the other side lets it be, up to a gigabyte."""
    handler.send_response(200)
    handler.send_header("Content-Type", "application/json")
    handler.end_headers()
    handler.close_connection = True
    chunk = b" " * 1_000_000
    for _ in range(1_000):
        if server.stopping.is_set():
            return
        handler.wfile.write(chunk)
        server.sent += len(chunk)


def redirect(to: str) -> Raw:
    """To another place, where our key is not to go."""

    def answer(handler: BaseHTTPRequestHandler, _: ModelServer) -> None:
        send(handler, 307, {}, Location=to)

    return answer


MODERATED = {"error": {"code": 403, "message": "flagged", "metadata": {"reasons": ["violence"]}}}  # OpenRouter's
GZIPPED = body(gzip.compress(b'{"id": "chat_1", "choices": []}'), Content_Encoding="gzip")
DEEP_BODY = body(b'{"id": ' + b"[" * 500_000)
NOT_JSON = body(b"<html>Sign in to the hotel</html>")
NAN_BODY = body(b'{"id": NaN, "choices": NaN, "output": NaN, "usage": NaN}')
WRONG_BODY = body({"id": 7, "choices": {"a": 1}, "output": "text", "usage": [1], "status": ["x"], "error": None})
