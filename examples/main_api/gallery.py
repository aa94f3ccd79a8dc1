"""`/gallery.json`: all that the gallery page shows of every picture."""

from __future__ import annotations

import json
from typing import Any

from fastapi.concurrency import run_in_threadpool

from examples.main_api.database import Row
from examples.main_api.details import ask_what_is_missing
from examples.main_api.festival import Festival, HasFestival
from examples.main_api.temp_files import TempFile

Json = dict[str, Any]
NEWEST = 200
SHOWN = (
    "alt_text", "caption", "description", "style", "medium", "dominant_colors", "mood_keywords", "tags",
    "thumbhash", "average_color", "width", "height",
)  # fmt: skip


async def gallery(festival: HasFestival) -> Json:
    """`GET /gallery.json`: the newest pictures first, with what media VM knows of them."""
    rows = await run_in_threadpool(_rows, festival)
    if await ask_what_is_missing(rows, festival):
        rows = await run_in_threadpool(_rows, festival)
    return {"pictures": [_picture(row, festival) for row in rows]}


def _rows(festival: Festival) -> list[Row]:
    with festival.database.snapshot() as db:
        return db.rows(
            "SELECT pending_images.*, callback, analysis, weights, failure FROM pending_images"
            " LEFT JOIN media_details ON media_details.media_id = permanent_url"
            " LEFT JOIN media_weights ON media_weights.media_id = permanent_url"
            " LEFT JOIN media_failures ON pending_image_id = id ORDER BY id DESC LIMIT :newest",
            newest=NEWEST,
        )


def _picture(row: Row, festival: Festival) -> Json:
    callback: Json = json.loads(row["callback"] or "{}")
    known = (callback.get("ai_analysis") or {}) | json.loads(row["analysis"] or "{}")
    temp_file = TempFile.parse(row["image_path"])
    media_id = row["permanent_url"]
    return {
        "id": row["id"],
        "media_id": media_id,
        "status": "complete" if row["status"] == "processed" else row["status"],
        "failure": row["failure"],
        "type": temp_file.type if temp_file else None,
        "original_name": row["original_name"],
        "original_bytes": _bytes(temp_file, festival),
        "temp_url": row["image_path"] if row["status"] == "pending" else None,
        "serve_url": f"{festival.settings.media_backend_url}/serve/{media_id}" if media_id else None,
        "formats_available": callback.get("formats_available") or [],
        "weights": json.loads(row["weights"] or "null"),
        **{name: known.get(name) for name in SHOWN},
    }


def _bytes(temp_file: TempFile | None, festival: Festival) -> int | None:
    """The size of what was uploaded, for as long as its temp file is there."""
    if temp_file is None:
        return None
    try:
        return temp_file.under(festival.settings.data_dir).stat().st_size
    except FileNotFoundError:
        return None
