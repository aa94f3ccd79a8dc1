"""A main API that keeps a ledger of all it is asked, and misbehaves on demand (contract §2)."""

from __future__ import annotations

import gzip
import hashlib
import json
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

KEY = "a key of the main API"


@cache
def _gzip_bomb() -> bytes:
    """100 kB that become 100 MB."""
    return gzip.compress(bytes(100_000_000))


@dataclass(frozen=True, slots=True)
class Entry:
    """One call about an item. what: complete, update or cleanup. digest: of its body."""

    what: str
    pending_id: int
    key: str
    digest: str


@dataclass
class _Item:
    user_id: int
    content: bytes
    status: str = "pending"


class LedgerAPI:
    """On a loopback port of its own. fault: what is to happen to a request instead, by its kind (`poll`, `temp`,
    `complete`, `cleanup`); None: nothing. temp_faults: the same for single temp files."""

    def __init__(self, port: int = 0) -> None:
        self.items: dict[int, _Item] = {}
        self.ledger: list[Entry] = []
        self.calls: Counter[str] = Counter()
        self.faults_met: Counter[str] = Counter()
        self.fault: Callable[[str], str | None] = lambda _: None
        self.temp_faults: dict[int, str] = {}
        self.looks: Counter[int] = Counter()
        self.foreign_keys = 0
        self.elsewhere = "http://127.0.0.1:9"
        self._lock = threading.Lock()
        self._server = _Server(("127.0.0.1", port), _Handler, self)
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def port(self) -> int:
        """Its port, so that another can take its place."""
        return int(self._server.server_address[1])

    def close(self) -> None:
        """Nobody answers there any more."""
        self._server.shutdown()
        self._server.server_close()

    def upload(self, pending_id: int, content: bytes, user_id: int) -> None:
        """A new pending image."""
        self.items[pending_id] = _Item(user_id, content)

    def unfinished(self) -> list[int]:
        """The ids that were neither completed nor cleaned up."""
        return [one for one, item in self.items.items() if item.status == "pending"]

    def wrongly_ended(self) -> list[int]:
        """The ids that were cleaned up, though nothing is wrong with them."""
        return [one for one, item in self.items.items() if item.status == "failed"]

    def doubled(self) -> list[int]:
        """The ids with two `update: false` events of different key or body; repeats of one key are not double."""
        news = defaultdict(set)
        for entry in self.ledger:
            if entry.what == "complete":
                news[entry.pending_id].add((entry.key, entry.digest))
        return [one for one, events in news.items() if len(events) > 1]

    def out_of_order(self) -> list[int]:
        """The ids that were cleaned up after a complete was sent."""
        completed: set[int] = set()
        wrong = []
        for entry in self.ledger:
            if entry.what != "cleanup":
                completed.add(entry.pending_id)
            elif entry.pending_id in completed:
                wrong.append(entry.pending_id)
        return wrong

    def listed(self) -> bytes:
        """The pending list."""
        images = [
            {
                "id": one,
                "user_id": item.user_id,
                "image_path": f"/temp_images/products/{item.user_id}-product-{one}.jpg",
                "original_name": f"{one}.jpg",
                "mime_type": "image/jpeg",
                "status": "pending",
                "created_at": "2024-01-01T10:00:00Z",
            }
            for one, item in sorted(self.items.items())
            if item.status == "pending"
        ]
        return json.dumps({"images": images, "total": len(images)}).encode()

    def hear(self, verb: str, pending_id: int, key: str, body: bytes) -> bool:
        """Put a call into the ledger and do as it says; False for an unknown id."""
        with self._lock:
            is_update = verb == "complete" and json.loads(body)["update"]
            what = "update" if is_update else verb
            self.ledger.append(Entry(what, pending_id, key, hashlib.sha256(body).hexdigest()))
            item = self.items.get(pending_id)
            if item and item.status == "pending":
                item.status = "complete" if verb == "complete" else "failed"
            return item is not None


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], handler: type[BaseHTTPRequestHandler], api: LedgerAPI) -> None:
        self.api = api
        super().__init__(address, handler)

    def handle_error(self, request: object, client_address: object) -> None:
        """A worker that was killed in the middle of a request is no news."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name for it
        """The ledger is the log."""

    def do_GET(self) -> None:
        """The list, or a temp file."""
        path = urlsplit(self.path).path
        if path == "/api/media/pending/all":
            self._answer("poll", lambda: (200, self.server.api.listed(), "application/json"))
            return
        about = int(path.rsplit("-", 1)[1].removesuffix(".jpg"))
        self.server.api.looks[about] += 1
        self._answer("temp", lambda: self._temp_file(about), self.server.api.temp_faults.get(about))

    def do_POST(self) -> None:
        """A complete."""
        self._hear("complete")

    def do_DELETE(self) -> None:
        """A cleanup."""
        self._hear("cleanup")

    def _temp_file(self, about: int) -> tuple[int, bytes, str]:
        item = self.server.api.items.get(about)
        if item is None or item.status == "failed":
            return 404, b"", "text/plain"
        return 200, item.content, "image/jpeg"

    def _hear(self, verb: str) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        pending_id, key = int(self.path.rsplit("/", 1)[1]), self.headers["Idempotency-Key"]

        def heard() -> tuple[int, bytes, str]:
            is_known = self.server.api.hear(verb, pending_id, key, body)
            return (200 if is_known else 404), b'{"success":true}', "application/json"

        self._answer(verb, heard)

    def _answer(  # noqa: C901 - a table
        self, kind: str, do: Callable[[], tuple[int, bytes, str]], own_fault: str | None = None
    ) -> None:
        api = self.server.api
        api.calls[kind] += 1
        if self.headers.get("Authorization") != f"Bearer {KEY}":
            api.foreign_keys += 1
        fault = api.fault(kind) or own_fault
        api.faults_met[fault or ""] += fault is not None
        match fault:
            case None:
                self._write(*do())
            case "drop_before":
                self._hang_up()
            case "drop_after":
                do()
                self._hang_up()
            case "500" | "503" | "401" | "404" as status:
                self._write(int(status), b'{"success":false}', "application/json")
            case "html":
                self._write(200, b"<html>back soon</html>", "text/html; charset=utf-8")
            case "redirect":
                self._write(302, b"", "text/plain", header=("Location", f"{api.elsewhere}/taken"))
            case "gzip":
                self._write(200, _gzip_bomb(), "image/jpeg", header=("Content-Encoding", "gzip"))
            case "lying_length":
                self._write(200, b"short", "image/jpeg", length=5000)
            case "drip":
                self._drip()
            case other:
                raise AssertionError(f"no such fault: {other}")

    def _write(
        self,
        status: int,
        body: bytes,
        kind: str,
        *,
        length: int | None = None,
        header: tuple[str, str] | None = None,
    ) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body) if length is None else length))
        if header:
            self.send_header(*header)
        self.end_headers()
        self.wfile.write(body)
        self.close_connection = length is not None

    def _drip(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "1000")
        self.end_headers()
        for _ in range(100):
            self.wfile.write(b".")
            self.wfile.flush()
            time.sleep(0.1)
        self._hang_up()

    def _hang_up(self) -> None:
        self.close_connection = True
        self.connection.close()


@contextmanager
def ledger_api(port: int = 0) -> Iterator[LedgerAPI]:
    """One that answers until the block ends."""
    api = LedgerAPI(port)
    try:
        yield api
    finally:
        api.close()
