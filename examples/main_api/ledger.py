"""The ledger of media VM's calls: each is written down, and a key that comes again gets its first answer."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from fastapi.responses import Response

from examples.main_api.database import Database, Transaction


@dataclass(frozen=True, slots=True)
class Call:
    """One call that changes something: what it asks, and the key that makes its repeats harmless."""

    method: str
    pending_image_id: int
    idempotency_key: str | None
    request_id: str | None
    body: bytes

    @property
    def body_sha256(self) -> str:
        """Identifies the body: one key belongs to one byte-identical body."""
        return hashlib.sha256(self.body).hexdigest()


@dataclass(frozen=True, slots=True)
class Answer:
    """A status code and a JSON body as text, so that a repeat gets the very same bytes."""

    status_code: int
    text: str

    @classmethod
    def of(cls, status_code: int, body: dict[str, Any]) -> Answer:
        """An answer from a JSON object."""
        return cls(status_code, json.dumps(body))

    def response(self) -> Response:
        """The same for HTTP."""
        return Response(self.text, self.status_code, media_type="application/json")


def answer_once(database: Database, call: Call, act: Callable[[Transaction, Call], Answer]) -> Answer:
    """Act on a call, or repeat the answer of its key; effect and ledger row are written together."""
    with database.transaction() as db:
        answer = _answer_before(db, call) or act(db, call)
        db.insert(
            "INSERT INTO media_calls (method, pending_image_id, idempotency_key, request_id, body_sha256,"
            " status_code, answer) VALUES (:method, :image_id, :key, :request_id, :hash, :code, :answer)",
            method=call.method,
            image_id=call.pending_image_id,
            key=call.idempotency_key,
            request_id=call.request_id,
            hash=call.body_sha256,
            code=answer.status_code,
            answer=answer.text,
        )
    return answer


def _answer_before(db: Transaction, call: Call) -> Answer | None:
    query = "SELECT * FROM media_calls WHERE idempotency_key = :key ORDER BY id LIMIT 1"
    first = db.row(query, key=call.idempotency_key)
    if first is None:
        return None
    asked_before = (first["method"], first["pending_image_id"], first["body_sha256"])
    if asked_before != (call.method, call.pending_image_id, call.body_sha256):
        return Answer.of(422, {"success": False, "message": "this Idempotency-Key belongs to another call"})
    return Answer(first["status_code"], first["answer"])
