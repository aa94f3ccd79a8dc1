"""A model's provider over real sockets: OpenAI, OpenRouter and Ollama by their paths, answering as it is scripted.

with model_server() as server:
    server.script(WRONG_SCHEMA, RIGHT)          # the next calls of a model; afterwards `server.otherwise`
    server.script(status(500), at="/api/tags")  # the next requests that end so
    ...
    assert [one.path for one in server.asked] == ["/v1/chat/completions"]
"""

from __future__ import annotations

import base64
import json
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.stand_ins.model_answers import RIGHT, Said
from tests.stand_ins.model_bodies import Model, completion, filled, listed, response, vectors

MODEL_PATHS = ("/responses", "/chat/completions", "/embeddings")


@dataclass(frozen=True)
class Asked:
    """One request as it came in. at: when, in monotonic seconds."""

    method: str
    path: str
    headers: dict[str, str]
    body: dict[str, Any]
    at: float

    @property
    def picture(self) -> bytes | None:
        """The bytes that were sent along as a data URL."""
        _, found, data = json.dumps(self.body).partition(";base64,")
        return base64.b64decode(data.partition('"')[0]) if found else None

    @property
    def format(self) -> str:
        """How JSON was asked for: json_schema, json_object or prompt."""
        asked = (self.body.get("text") or {}).get("format") or self.body.get("response_format") or {}
        return str(asked.get("type", "prompt"))


Raw = Callable[[BaseHTTPRequestHandler, "ModelServer"], None]
Step = Said | Raw


@dataclass
class ModelServer:
    """Ask it for `url`, tell it what to answer, read what it was asked.

    refused_formats: answered with 400. lists_capabilities: does `/api/tags` tell of them? delay: seconds before
    each answer of a model. sent: bytes of the answer of a gigabyte that went out. vector: what `/embeddings`
    answers for one text of that width. at_once: the most answers of models that were awaited at the same time.
    """

    url: str
    asked: list[Asked] = field(default_factory=list)
    otherwise: Step = RIGHT
    refused_formats: frozenset[str] = frozenset()
    models: list[Model] = field(default_factory=lambda: [Model("llava:latest")])
    lists_capabilities: bool = True
    delay: float = 0.0
    sent: int = 0
    vector: Callable[[str, int], list[Any]] = lambda _text, width: [0.5] * width
    stopping: threading.Event = field(default_factory=threading.Event)
    at_once: int = 0
    _awaited: int = 0
    _scripts: dict[str, deque[Step]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def script(self, *steps: Step, at: str = "") -> None:
        """What comes next: of a model's calls, or of requests whose path ends so."""
        with self._lock:
            self._scripts.setdefault(at, deque()).extend(steps)

    @property
    def calls(self) -> list[Asked]:
        """Those that a model was asked: the ones that cost money."""
        return [one for one in self.asked if one.path.endswith(MODEL_PATHS)]

    def think(self) -> None:
        """For the handler alone: what a model's answer takes."""
        with self._lock:
            self._awaited += 1
            self.at_once = max(self.at_once, self._awaited)
        if self.delay:
            self.stopping.wait(self.delay)
        with self._lock:
            self._awaited -= 1

    def next_step(self, path: str) -> Step | None:
        """For the handler alone."""
        is_model = path.endswith(MODEL_PATHS)
        with self._lock:
            for at, steps in self._scripts.items():
                if steps and (path.endswith(at) if at else is_model):
                    return steps.popleft()
        return self.otherwise if is_model else None


@contextmanager
def model_server() -> Iterator[ModelServer]:
    """A server on a free port of the loopback until the block ends."""
    httpd = _QuietServer(("127.0.0.1", 0), BaseHTTPRequestHandler)
    httpd.daemon_threads = True
    server = ModelServer(f"http://127.0.0.1:{httpd.server_address[1]}")
    httpd.RequestHandlerClass = _handler(server)
    thread = threading.Thread(target=httpd.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.stopping.set()
        httpd.shutdown()
        httpd.server_close()
        thread.join()


class _QuietServer(ThreadingHTTPServer):
    block_on_close = False
    request_queue_size = 256

    def handle_error(self, *_: Any) -> None:
        """Broken connections are what the tests are about."""


def _handler(server: ModelServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True  # headers and body go out apart: 40 ms of waiting a call otherwise

        def _any(self) -> None:
            sent = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            body = json.loads(sent) if sent else {}
            asked = Asked(self.command, self.path, dict(self.headers), body, time.monotonic())
            server.asked.append(asked)
            step = server.next_step(self.path)
            if isinstance(step, Said):
                _answer(self, server, asked, step)
            elif step is not None:
                step(self, server)
            else:
                told = listed(server.models, self.path, body, lists_capabilities=server.lists_capabilities)
                send(self, *told)

        do_GET = do_POST = _any  # noqa: N815 - the names are http.server's

        def log_message(self, *_: Any) -> None:
            """What was asked is kept; that is the log."""

    return Handler


def send(handler: BaseHTTPRequestHandler, status: int, body: object, **headers: str) -> None:
    """JSON, with header names given with underscores; NaN goes out as NaN."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    handler.send_response(status)
    handler.send_header("Content-Type", "application/json")
    handler.send_header("Content-Length", str(len(content)))
    for name, value in headers.items():
        handler.send_header(name.replace("_", "-"), value)
    handler.end_headers()
    handler.wfile.write(content)


def _answer(handler: BaseHTTPRequestHandler, server: ModelServer, asked: Asked, said: Said) -> None:
    """As the model that it is for the moment."""
    server.think()
    body = asked.body
    if handler.path.endswith("/embeddings"):
        send(handler, 200, vectors(server.vector, body), x_request_id="req_e1")
    elif asked.format in server.refused_formats:
        send(handler, 400, {"error": {"message": f"{asked.format} is not supported", "param": "response_format"}})
    elif handler.path.endswith("/responses"):
        send(handler, 200, response(filled(said, body), said), x_request_id="req_r1")
    else:
        is_router = handler.path.startswith("/api/v1")
        send(handler, 200, completion(filled(said, body), said, is_router=is_router), x_request_id="req_c1")
