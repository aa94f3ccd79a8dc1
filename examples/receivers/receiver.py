"""The main API's side of media VM in one file of Python, with nothing installed.

    MAIN_API_KEY=… DATA_DIR=data PORT=3000 python receiver.py

Every `{userId}-{type}-{timestamp}….{ext}` under DATA_DIR/temp_images is pending when it starts. What matters is
`once`: a call's effect and its answer are written in one transaction, so that a repeat gets the first answer and
does nothing. `media-vm contract-test` holds this file to the contract.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from mimetypes import guess_type
from pathlib import Path
from typing import Any

KEY = os.environ.get("MAIN_API_KEY", "")
DATA = Path(os.environ.get("DATA_DIR", "data"))
PORT = int(os.environ.get("PORT", "3000"))
LONGEST_BODY = 1_000_000  # bytes; a callback has a few thousand
NAME = re.compile(r"(\d+)-[a-z]+-\d+.*\.[a-z]{3,4}", re.ASCII)
CALL = re.compile(r"/api/media/(complete|cleanup)/([1-9][0-9]{0,17})", re.ASCII)
SCHEMA = """
CREATE TABLE IF NOT EXISTS pending_images (
    id INTEGER PRIMARY KEY AUTOINCREMENT, user_id INTEGER NOT NULL, image_path TEXT NOT NULL UNIQUE,
    original_name TEXT NOT NULL, mime_type TEXT NOT NULL, created_at TEXT NOT NULL,
    status TEXT NOT NULL DEFAULT 'pending', permanent_url TEXT, callback TEXT
);
CREATE TABLE IF NOT EXISTS media_calls (
    idempotency_key TEXT PRIMARY KEY, call TEXT NOT NULL, status INTEGER NOT NULL, answer TEXT NOT NULL
);
"""
Answer = tuple[int, dict[str, Any]]


def complete(db: sqlite3.Connection, image_id: int, body: bytes) -> Answer:
    """Remember the media id. What is processed stays so, `update: true` or not: later news are kept too."""
    try:
        told = json.loads(body)
        media_id = told["media_id"]
    except (ValueError, TypeError, KeyError):
        media_id = None
    if not isinstance(media_id, str) or not re.fullmatch(r"[0-9]{1,19}", media_id):
        return 400, {"success": False, "message": "media_id should be a string of digits"}
    found = db.execute("SELECT status FROM pending_images WHERE id = ?", (image_id,)).fetchone()
    if found is None:
        return 404, {"success": False, "message": "no such pending image"}
    status = (
        "complete" if found[0] == "complete" else "processed"
    )  # `complete`: its URL stands in the page already
    db.execute(
        "UPDATE pending_images SET status = ?, permanent_url = ?, callback = ? WHERE id = ?",
        (status, media_id, body.decode(), image_id),
    )
    return 200, {"success": True, "imageId": image_id, "media_id": media_id, "status": status}


def cleanup(db: sqlite3.Connection, image_id: int, _: bytes) -> Answer:
    """The bytes are no picture: failed, and the temp file deleted. A picture that is processed stays."""
    found = db.execute("SELECT status, image_path FROM pending_images WHERE id = ?", (image_id,)).fetchone()
    if found is None:
        return 404, {"success": False, "message": "no such pending image"}
    if found[0] in ("processed", "complete"):
        return 409, {"success": False, "message": "this picture is processed already and stays"}
    # The file goes before the commit: if it cannot, nothing is written, and media VM asks again.
    (DATA / found[1].lstrip("/")).unlink(missing_ok=True)
    db.execute("UPDATE pending_images SET status = 'failed' WHERE id = ?", (image_id,))
    return 200, {"success": True, "message": "marked as failed, temp file deleted"}


def once(key: str, call: str, act: Callable[[sqlite3.Connection], Answer]) -> Answer:
    """Act, or repeat the answer that this key got. call: what was asked, body and all, which a key belongs to."""
    with transaction() as db:
        if before := db.execute("SELECT * FROM media_calls WHERE idempotency_key = ?", (key,)).fetchone():
            if before[1] != call:
                return 422, {"success": False, "message": "this Idempotency-Key belongs to another call"}
            return before[2], json.loads(before[3])
        status, answer = act(db)
        db.execute("INSERT INTO media_calls VALUES (?, ?, ?, ?)", (key, call, status, json.dumps(answer)))
        return status, answer


@contextmanager
def transaction() -> Iterator[sqlite3.Connection]:
    """All or nothing, one writer at a time."""
    with closing(sqlite3.connect(DATA / "receiver.db", isolation_level=None, timeout=10)) as db:
        db.execute("BEGIN IMMEDIATE")
        try:
            yield db
        except BaseException:
            db.rollback()
            raise
        db.commit()


def pending() -> dict[str, Any]:
    """Everything that waits, not paged."""
    columns = ("id", "user_id", "image_path", "original_name", "mime_type", "status", "created_at")
    query = f"SELECT {', '.join(columns)} FROM pending_images WHERE status = 'pending' ORDER BY id"
    with transaction() as db:
        images = [dict(zip(columns, row, strict=True)) for row in db.execute(query)]
    return {"images": images, "total": len(images)}


def take_in() -> None:
    """Tables, and a row for each temp file that has none; your upload page does this."""
    with closing(sqlite3.connect(DATA / "receiver.db")) as db:
        db.executescript(SCHEMA)
    with transaction() as db:
        for file in sorted((DATA / "temp_images").glob("*/*")):
            if named := NAME.fullmatch(file.name):
                made = datetime.fromtimestamp(file.stat().st_mtime, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
                path, kind = "/" + file.relative_to(DATA).as_posix(), guess_type(file.name)[0] or "image/jpeg"
                db.execute(
                    "INSERT OR IGNORE INTO pending_images"
                    " (user_id, image_path, original_name, mime_type, created_at) VALUES (?, ?, ?, ?, ?)",
                    (int(named[1]), path, file.name, kind, made),
                )


class Receiver(BaseHTTPRequestHandler):
    """The four routes."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """The list, which needs the key, and temp files, which do not."""
        if self.path.startswith("/temp_images/"):
            self._temp_file()
        elif self._is_media_vm():
            is_list = self.path == "/api/media/pending/all"
            self._say(*((200, pending()) if is_list else (404, {"success": False, "message": "no such call"})))

    def do_POST(self) -> None:
        """complete"""
        self._call("complete", complete)

    def do_DELETE(self) -> None:
        """cleanup"""
        self._call("cleanup", cleanup)

    def _call(self, verb: str, act: Callable[[sqlite3.Connection, int, bytes], Answer]) -> None:
        length = self.headers.get("Content-Length", "0")
        if not length.isdigit() or int(length) > LONGEST_BODY:
            self.close_connection = True
            self._say(413, {"success": False, "message": f"at most {LONGEST_BODY} bytes"})
            return
        body, found = self.rfile.read(int(length)), CALL.fullmatch(self.path)
        key = self.headers.get("Idempotency-Key", "")
        if not self._is_media_vm():
            return
        if found is None or found[1] != verb:
            self._say(404, {"success": False, "message": "no such call"})
        elif not 0 < len(key) <= 255:
            self._say(400, {"success": False, "message": "an Idempotency-Key is needed"})
        else:
            call = f"{self.command} {self.path} {hashlib.sha256(body).hexdigest()}"
            self._say(*once(key, call, lambda db: act(db, int(found[2]), body)))

    def _temp_file(self) -> None:
        """What the table names, and nothing else that a path could lead to."""
        with transaction() as db:
            found = db.execute(
                "SELECT mime_type FROM pending_images WHERE image_path = ?", (self.path,)
            ).fetchone()
        file = DATA / self.path.lstrip("/")
        if found is None or not file.is_file():
            self._say(404, {"message": "no such temp image"})
        else:
            self._send(200, found[0], file.read_bytes())

    def _is_media_vm(self) -> bool:
        """401 for whoever does not show the key; compared in constant time."""
        shown = self.headers.get("Authorization", "").removeprefix("Bearer ")
        is_known = hmac.compare_digest(shown.encode(), KEY.encode())
        if not is_known:
            self._say(401, {"success": False, "message": "a valid Bearer key is required"})
        return is_known

    def _say(self, status: int, body: dict[str, Any]) -> None:
        self._send(status, "application/json", json.dumps(body).encode())

    def _send(self, status: int, kind: str, body: bytes) -> None:
        self.send_response(status)
        for name, value in (
            ("Content-Type", kind),
            ("Content-Length", str(len(body))),
            ("X-Content-Type-Options", "nosniff"),
        ):
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)


if __name__ == "__main__":
    if not KEY:
        raise SystemExit("MAIN_API_KEY is not set: choose the key of media VM")
    take_in()
    print(f"receiver: http://127.0.0.1:{PORT}", flush=True)
    ThreadingHTTPServer(("127.0.0.1", PORT), Receiver).serve_forever()
