"""`/users/me`: change the profile's pictures, and read it with temp paths turned into permanent URLs."""

from __future__ import annotations

import json
from typing import Any

from fastapi import BackgroundTasks, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse, RedirectResponse, Response

from examples.main_api import uploads
from examples.main_api.database import Row, Transaction
from examples.main_api.festival import Festival, HasFestival, UserId

Json = dict[str, Any]


async def change_me(
    request: Request, festival: HasFestival, later: BackgroundTasks, user_id: UserId = 1
) -> Response:
    """`PATCH /users/me` (a plain HTML form POSTs): store the form's pictures and wake media VM afterwards."""
    limit = festival.settings.max_upload_bytes
    uploads.refuse_oversize(request, limit)
    async with request.form(max_files=uploads.FILES_AT_ONCE, max_fields=uploads.FILES_AT_ONCE) as form:
        chosen = uploads.pictures(form, limit)
        ids = await run_in_threadpool(uploads.store, chosen, user_id, festival)
    later.add_task(festival.media_vm.wake, ids)
    if request.method == "POST":  # a form without JavaScript: show the gallery, and let reload be harmless
        return RedirectResponse("/", status_code=303, background=later)
    profile = await run_in_threadpool(profile_of, user_id, festival)
    return JSONResponse({"success": True, "pending_image_ids": ids, "user": profile}, background=later)


def show_me(festival: HasFestival, user_id: UserId = 1) -> Json:
    """`GET /users/me`: the enhanced profile."""
    return profile_of(user_id, festival)


def profile_of(user_id: int, festival: Festival) -> Json:
    """A user's pictures: by use (`profile_image_path`, …) and one by one with status and analysis."""
    with festival.database.snapshot() as db:
        images = [_image(row, festival) for row in _own_images(db, user_id)]
        url_of = {image["image_path"]: image["url"] for image in images}
        profile = _one(db, "SELECT * FROM user_profiles WHERE user_id = :user_id", user_id)
        artist = _one(db, "SELECT * FROM artist_profiles WHERE user_id = :user_id", user_id)
        sites = db.rows("SELECT media_path FROM site_media WHERE user_id = :user_id ORDER BY id", user_id=user_id)
        site_paths = [row["media_path"] for row in sites]

    def enhanced(path: str | None) -> str | None:
        """A temp path's best URL by now; what the cron script replaced already is a URL and stays."""
        return url_of.get(path, path) if path else None

    return {
        "id": user_id,
        "profile_image_path": enhanced(profile.get("profile_image_path")),
        "header_image_path": enhanced(profile.get("header_image_path")),
        "logo_path": enhanced(artist.get("logo_path")),
        "site_media": [enhanced(path) for path in site_paths],
        "images": images,
    }


def _image(row: Row, festival: Festival) -> Json:
    callback: Json = json.loads(row["callback"] or "{}")
    return {
        "id": row["id"],
        "status": row["status"],
        "original_name": row["original_name"],
        "image_path": row["image_path"],
        "url": _best_url(row, festival),
        "media_id": row["permanent_url"],
        "permanent_url": callback.get("permanent_url"),
        "formats_available": callback.get("formats_available", []),
        "analysis": callback.get("ai_analysis"),
    }


def _best_url(row: Row, festival: Festival) -> str | None:
    """The temp path while pending, the smart URL once there is one, nothing for what failed."""
    match row["status"]:
        case "pending":
            return str(row["image_path"])
        case "failed":
            return None
        case _:
            return f"{festival.settings.smart_media_base_url}/{row['permanent_url']}?size=detail"


def _own_images(db: Transaction, user_id: int) -> list[Row]:
    return db.rows(
        "SELECT pending_images.*, callback FROM pending_images"
        " LEFT JOIN media_details ON media_id = permanent_url WHERE user_id = :user_id ORDER BY id",
        user_id=user_id,
    )


def _one(db: Transaction, query: str, user_id: int) -> Json:
    return dict(db.row(query, user_id=user_id) or {})
