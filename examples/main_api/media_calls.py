"""The three calls of media VM: what is pending, this is complete, this cannot be used."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from fastapi import Depends, Header, HTTPException, Path, Request, Response
from pydantic import BaseModel, ConfigDict, Field, JsonValue, ValidationError

from examples.main_api.database import Row, Transaction
from examples.main_api.festival import Festival, HasFestival
from examples.main_api.ledger import Answer, Call, answer_once
from examples.main_api.temp_files import TempFile

MAX_BODY_BYTES = 1_000_000  # a callback is a few kilobytes of JSON


class Completion(BaseModel):
    """What must be right in a complete body; everything else is kept as it came."""

    model_config = ConfigDict(extra="allow")
    media_id: Annotated[str, Field(pattern=r"^[0-9]{1,19}$")]
    formats_available: list[str] = []
    ai_analysis: dict[str, JsonValue] | None = None


async def _call(
    request: Request,
    pending_image_id: Annotated[int, Path(ge=1, le=2**63 - 1)],
    idempotency_key: Annotated[str | None, Header(max_length=255)] = None,
    x_request_id: Annotated[str | None, Header(max_length=255)] = None,
) -> Call:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY_BYTES:
            raise HTTPException(413, f"at most {MAX_BODY_BYTES} bytes")
    return Call(request.method, pending_image_id, idempotency_key, x_request_id, bytes(body))


ACall = Annotated[Call, Depends(_call)]


def pending(festival: HasFestival) -> dict[str, Any]:
    """`GET /api/media/pending/all`: everything that waits for media VM, oldest first."""
    with festival.database.snapshot() as db:
        rows = db.rows(
            "SELECT id, user_id, image_path, original_name, mime_type, status, created_at"
            " FROM pending_images WHERE status = 'pending' ORDER BY id"
        )
    return {"images": [_listed(row) for row in rows], "total": len(rows)}


def complete(call: ACall, festival: HasFestival) -> Response:
    """`POST /api/media/complete/{pending_image_id}`: the picture is done and has a media id."""

    def act(db: Transaction, call: Call) -> Answer:
        try:
            media_id = Completion.model_validate_json(call.body).media_id
        except ValidationError:
            return _refusal(400, "the body must be a JSON object with a media_id of digits")
        if _status(db, call) is None:
            return _refusal(404, "no such pending image")
        _remember(db, call, media_id)
        return Answer.of(
            200,
            {
                "success": True,
                "imageId": call.pending_image_id,
                "media_id": media_id,
                "status": _status(db, call),
                "smart_url_preview": f"{festival.settings.smart_media_base_url}/{media_id}",
            },
        )

    return answer_once(festival.database, call, act).response()


def cleanup(call: ACall, festival: HasFestival) -> Response:
    """`DELETE /api/media/cleanup/{pending_image_id}`: the bytes are no picture; failed, temp file deleted."""

    def act(db: Transaction, call: Call) -> Answer:
        if (status := _status(db, call)) is None:
            return _refusal(404, "no such pending image")
        if status in {"processed", "complete"}:
            return _refusal(409, "this picture is processed already and stays")
        _mark_failed(db, call, festival)
        return Answer.of(200, {"success": True, "message": "marked as failed, temp file deleted"})

    return answer_once(festival.database, call, act).response()


def _listed(row: Row) -> dict[str, Any]:
    """A time comes as text from SQLite and as a datetime from a server; both are UTC."""
    created = datetime.fromisoformat(str(row["created_at"]))
    return {**row, "created_at": f"{created:%Y-%m-%dT%H:%M:%SZ}"}


def _remember(db: Transaction, call: Call, media_id: str) -> None:
    """Keep what the callback says; an item that is complete stays so, a late analysis is still news."""
    db.write(
        "UPDATE pending_images SET status = 'processed', permanent_url = :media_id, thumbnail_url = :media_id,"
        " updated_at = CURRENT_TIMESTAMP WHERE id = :id AND status <> 'complete'",
        media_id=media_id,
        id=call.pending_image_id,
    )
    statement = "REPLACE INTO media_details (media_id, callback) VALUES (:media_id, :callback)"
    db.write(statement, media_id=media_id, callback=call.body.decode())
    db.write("DELETE FROM media_weights WHERE media_id = :media_id", media_id=media_id)


def _mark_failed(db: Transaction, call: Call, festival: Festival) -> None:
    """The file goes before the commit: if it cannot, nothing is written, and media VM asks again."""
    db.write(
        "UPDATE pending_images SET status = 'failed', updated_at = CURRENT_TIMESTAMP WHERE id = :id",
        id=call.pending_image_id,
    )
    db.write("DELETE FROM media_failures WHERE pending_image_id = :id", id=call.pending_image_id)
    row = db.row("SELECT image_path FROM pending_images WHERE id = :id", id=call.pending_image_id)
    if row and (temp_file := TempFile.parse(row["image_path"])):
        temp_file.under(festival.settings.data_dir).unlink(missing_ok=True)


def _status(db: Transaction, call: Call) -> str | None:
    row = db.row("SELECT status FROM pending_images WHERE id = :id", id=call.pending_image_id)
    return row["status"] if row else None


def _refusal(status_code: int, message: str) -> Answer:
    return Answer.of(status_code, {"success": False, "message": message})
