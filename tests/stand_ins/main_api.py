"""A main API on a loopback socket that keeps the contract, and breaks one part of it when a test says so."""

from __future__ import annotations

import json
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar

from tests import canaries
from tests.stand_ins.google_vision import Certificate

KEY = canaries.MAIN_API_KEY
JPEG = b"\xff\xd8\xff\xe0 the bytes of a picture"
Json = dict[str, Any]
Told = tuple[int, Any]


@dataclass
class MainAPIStandIn:
    """images: what is pending, by id. files: temp files by path. skew: seconds that its Date is ahead. asked: what
    came in, as `GET /path`. Each of the rest takes the place of what is right, if it is given:

    listed: of the body of the pending list. lets_in: may this request pass without the key? found: of a temp file,
    its status, headers and bytes. completed, cleaned: of the right answer, given how often its key has come.
    """

    url: str
    images: dict[int, Json] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)
    statuses: dict[int, str] = field(default_factory=dict)
    skew: float = 0.0
    asked: list[str] = field(default_factory=list)
    keys: dict[str, tuple[Told, int]] = field(default_factory=dict)
    listed: Callable[[Json], Any] = lambda body: body
    lets_in: Callable[[str, str], bool] = lambda _method, _path: False
    refusal: int = 401
    found: Callable[[bytes], tuple[int, dict[str, str], bytes]] = lambda body: (200, {}, body)
    temp_needs_key: bool = False
    acts_unasked: bool = False
    completed: Callable[[Told, int], Told] = lambda told, _times: told
    cleaned: Callable[[Told, int], Told] = lambda told, _times: told
    stays_listed: bool = False
    keeps_file: bool = False
    wants_no_update: bool = False
    context: Told = (404, {"message": "no context"})

    def add(self, image_id: int, **changes: Any) -> int:
        """A picture that is pending."""
        path = f"/temp_images/profiles/7-profile-{image_id}.jpg"
        self.images[image_id] = {
            "id": image_id,
            "user_id": 7,
            "image_path": path,
            "original_name": "boat.jpg",
            "mime_type": "image/jpeg",
            "status": "pending",
            "created_at": "2026-01-01T10:00:00Z",
        } | changes
        self.statuses[image_id] = "pending"
        self.files[path] = JPEG
        return image_id

    def pending(self) -> Any:
        """The pending list's body."""
        waiting = [one for key, one in self.images.items() if self.stays_listed or self.statuses[key] == "pending"]
        return self.listed({"images": waiting, "total": len(waiting)})

    def complete(self, image_id: int, body: Json) -> Told:
        """As the contract wants it."""
        if image_id not in self.images:
            return 404, {"success": False, "message": "unknown"}
        if body.get("update") and self.wants_no_update:
            return 400, {"success": False, "message": "what is update?"}
        self.statuses[image_id] = "processed"
        return 200, {"success": True, "imageId": image_id, "media_id": body["media_id"], "status": "processed"}

    def cleanup(self, image_id: int) -> Told:
        """The same."""
        if image_id not in self.images:
            return 404, {"success": False, "message": "unknown"}
        self.statuses[image_id] = "failed"
        if not self.keeps_file:
            self.files.pop(self.images[image_id]["image_path"], None)
        return 200, {"success": True, "message": "failed, file deleted"}

    def once(self, key: str, act: Callable[[], Told], changed: Callable[[Told, int], Told]) -> Told:
        """The first answer of a key, to all its repeats."""
        told, times = self.keys.get(key) or (act(), 0)
        self.keys[key] = (told, times + 1)
        return changed(told, times + 1)


@contextmanager
def main_api(certificate: Certificate | None = None) -> Iterator[MainAPIStandIn]:
    """On a free port until the block ends. It answers `/livez` as serve does, too."""
    httpd = ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)
    httpd.daemon_threads = True
    if certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate.chain, certificate.key)
        httpd.socket = context.wrap_socket(httpd.socket, server_side=True)
    scheme = "https" if certificate else "http"
    stand_in = MainAPIStandIn(f"{scheme}://127.0.0.1:{httpd.server_address[1]}")
    httpd.RequestHandlerClass = type("Handler", (_Handler,), {"api": stand_in})
    thread = threading.Thread(target=httpd.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield stand_in
    finally:
        httpd.shutdown()
        httpd.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    """api: set by who makes a class of it."""

    api: ClassVar[MainAPIStandIn]

    def _any(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.api.asked.append(f"{self.command} {self.path}")
        self._routed(json.loads(body) if body else {})

    def _routed(self, body: Json) -> None:
        is_known = self.headers.get("Authorization") == f"Bearer {KEY}"
        if self.path == "/livez":
            self._say(200, {"status": "alive"})
        elif self.path.startswith("/temp_images/"):
            self._temp(is_known=is_known)
        elif not is_known and not self.api.lets_in(self.command, self.path):
            if self.api.acts_unasked and self.command != "GET":
                self.api.statuses[int(self.path.rpartition("/")[2])] = "processed"
            self._say(self.api.refusal, {"message": "who are you?"})
        elif self.path == "/api/media/pending/all":
            self._say(200, self.api.pending())
        elif self.path.startswith("/api/media/context/"):
            self._say(*self.api.context)
        elif self.path.startswith(("/api/media/complete/", "/api/media/cleanup/")):
            self._told(body)
        else:
            self._say(404, {"message": "no such path"})

    def _told(self, body: Json) -> None:
        image_id, key = int(self.path.rpartition("/")[2]), self.headers.get("Idempotency-Key", "")
        if self.command == "POST":
            self._say(*self.api.once(key, lambda: self.api.complete(image_id, body), self.api.completed))
        else:
            self._say(*self.api.once(key, lambda: self.api.cleanup(image_id), self.api.cleaned))

    def _temp(self, *, is_known: bool) -> None:
        if self.path not in self.api.files or (self.api.temp_needs_key and not is_known):
            self._say(401 if self.path in self.api.files else 404, {})
            return
        status, headers, body = self.api.found(self.api.files[self.path])
        self._send(status, {"Content-Type": "image/jpeg", **headers}, body)

    def _say(self, status: int, body: Any) -> None:
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        self._send(status, {"Content-Type": "application/json"}, content)

    def _send(self, status: int, headers: dict[str, str], body: bytes) -> None:
        self.send_response(status)
        for name, value in ({"Content-Length": str(len(body))} | headers).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def date_time_string(self, timestamp: float | None = None) -> str:
        """Of its own clock."""
        return super().date_time_string((time.time() if timestamp is None else timestamp) + self.api.skew)

    do_GET = do_POST = do_DELETE = _any  # noqa: N815 - the names are http.server's

    def log_message(self, *_: Any) -> None:
        """What was asked is kept."""
