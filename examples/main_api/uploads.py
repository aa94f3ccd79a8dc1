"""`PATCH /users/me`: pictures out of a multipart form become temp files and rows of `pending_images`."""

from __future__ import annotations

import re
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import BinaryIO

from fastapi import HTTPException, Request
from starlette.datastructures import FormData, UploadFile

from examples.main_api.database import Transaction
from examples.main_api.festival import Festival
from examples.main_api.temp_files import TempFile, name_for

# Form field → picture type and the column that remembers where the picture is used.
FIELDS: dict[str, tuple[str, str | None]] = {
    "profile_image": ("profile", "user_profiles.profile_image_path"),
    "header_image": ("header", "user_profiles.header_image_path"),
    "logo_image": ("logo", "artist_profiles.logo_path"),
    "site_image": ("site", "site_media.media_path"),
    "product_image": ("product", None),
    "event_image": ("event", None),
}
MANY_A_USER = {"site_media"}
FILES_AT_ONCE = 50
UNITS = {"MB": 1_000_000, "kB": 1000}
# How a browser writes what would end a file name in a form (WHATWG HTML, multipart/form-data encoding).
ESCAPED = {"%22": '"', "%0D": "\r", "%0A": "\n"}
IMAGE_TYPE = re.compile(r"image/[a-z0-9.+-]{1,90}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Upload:
    """One acceptable picture of a form, not yet stored."""

    field: str
    original_name: str
    mime_type: str
    file: BinaryIO


def refuse_oversize(request: Request, limit: int) -> None:
    """411 or 413 before a byte is read, if the form is longer than six pictures of `limit` bytes."""
    length = request.headers.get("content-length", "")
    if not (length.isascii() and length.isdigit()):
        raise HTTPException(411, "send the form with a Content-Length")
    if int(length) > limit * len(FIELDS):
        raise HTTPException(413, f"at most {spelled(limit * len(FIELDS))} at once")


def pictures(form: FormData, limit: int) -> list[Upload]:
    """The form's pictures, or one refusal for all: 400 none or unknown field, 413 too big, 415 no image."""
    chosen = [(field, part) for field, part in form.multi_items() if _was_chosen(part)]
    if not chosen:
        raise HTTPException(400, "choose at least one picture")
    return [_checked(field, part, limit) for field, part in chosen if isinstance(part, UploadFile)]


def spelled(count: int) -> str:
    """A number of bytes for a person, such as `50 MB`."""
    unit, size = next((one for one in UNITS.items() if count >= one[1]), ("bytes", 1))
    return f"{count / size:.3g} {unit}"


def store(uploads: Sequence[Upload], user_id: int, festival: Festival) -> list[int]:
    """Write temp files, then list them all in one transaction; returns the new pending image ids."""
    kept = [(upload, _write(upload, user_id, festival)) for upload in uploads]
    with festival.database.transaction() as db:
        return [_list(db, upload, temp_file, user_id) for upload, temp_file in kept]


def _was_chosen(part: UploadFile | str) -> bool:
    """Is this a file? A browser sends an empty nameless part for each input left empty."""
    return isinstance(part, UploadFile) and bool(part.filename)


def _checked(field: str, part: UploadFile, limit: int) -> Upload:
    if field not in FIELDS:
        raise HTTPException(400, f"unknown field; the form's fields are {', '.join(FIELDS)}")
    if (part.size or 0) > limit:
        raise HTTPException(413, f"a picture may have at most {spelled(limit)}")
    mime_type = (part.content_type or "").lower()
    if not IMAGE_TYPE.fullmatch(mime_type):
        raise HTTPException(415, "only pictures (image/*) are accepted")
    return Upload(field, _plain_name(part.filename or ""), mime_type, part.file)


def _plain_name(name: str) -> str:
    """The last part of what the browser calls the file: printable, at most 255 characters, never a path."""
    for escape, character in ESCAPED.items():
        name = name.replace(escape, character)
    last = re.split(r"[/\\]", name)[-1]
    return "".join(character for character in last if character.isprintable())[:255]


def _write(upload: Upload, user_id: int, festival: Festival) -> TempFile:
    type_, _ = FIELDS[upload.field]
    temp_file = name_for(user_id, type_, upload.original_name, upload.mime_type, datetime.now(UTC))
    path = temp_file.under(festival.settings.data_dir)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("xb") as target:
        shutil.copyfileobj(upload.file, target)
    return temp_file


def _list(db: Transaction, upload: Upload, temp_file: TempFile, user_id: int) -> int:
    _, column = FIELDS[upload.field]
    if column:
        _place(db, column, user_id, temp_file.image_path)
    return db.insert(
        "INSERT INTO pending_images (user_id, image_path, original_name, mime_type)"
        " VALUES (:user_id, :image_path, :original_name, :mime_type)",
        user_id=user_id,
        image_path=temp_file.image_path,
        original_name=upload.original_name,
        mime_type=upload.mime_type,
    )


def _place(db: Transaction, column: str, user_id: int, path: str) -> None:
    """In the row of this user, or one more row where a user has many."""
    table, name = column.split(".")
    update = f"UPDATE {table} SET {name} = :path WHERE user_id = :user_id"
    if table in MANY_A_USER or not db.write(update, path=path, user_id=user_id):
        insert = f"INSERT INTO {table} (user_id, {name}) VALUES (:user_id, :path)"
        db.insert(insert, path=path, user_id=user_id)
