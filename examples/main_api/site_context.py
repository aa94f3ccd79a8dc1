"""What a user's pages are about, for media VM to see their pictures in their place. Every field may be left
out."""

from __future__ import annotations

import json
from pathlib import PurePath
from typing import Annotated, Any

from fastapi import HTTPException, Path

from examples.main_api.database import Row
from examples.main_api.festival import HasFestival

MOST_WORKS = 50

# The festival's own; a site of a user's own would have words and colours of its own here.
SITE = {
    "title": "The Festival",
    "theme": {"colors": ["#F5F3EE", "#211F1B", "#A8321C"]},
    "brand_guidelines": "Paper and ink; the works are the colour.",
    "page": "Gallery",
}


def context(user_id: Annotated[int, Path(ge=1, le=2**63 - 1)], festival: HasFestival) -> dict[str, Any]:
    """`GET /api/media/context/{user_id}`: their works by title and medium, and the site that they stand in."""
    with festival.database.snapshot() as db:
        works = db.rows(
            "SELECT original_name, callback FROM pending_images"
            " LEFT JOIN media_details ON media_id = permanent_url"
            " WHERE user_id = :user_id AND status <> 'failed' ORDER BY id DESC LIMIT :most",
            user_id=user_id,
            most=MOST_WORKS,
        )
    if not works:
        raise HTTPException(404, "nothing is known of this user")
    return {"catalog": [_work(row) for row in works], "site": SITE}


def _work(row: Row) -> dict[str, str | None]:
    analysis = json.loads(row["callback"] or "{}").get("ai_analysis") or {}
    return {"title": PurePath(row["original_name"]).stem.replace("_", " "), "medium": analysis.get("medium")}
