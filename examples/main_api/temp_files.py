"""Temp files: their names (`{userId}-{type}-…`), where they lie, and how they are served openly until replaced."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from fastapi import HTTPException
from fastapi.responses import FileResponse

from examples.main_api.festival import HasFestival

TYPES = {
    "jpg": "image/jpeg", "jpeg": "image/jpeg", "png": "image/png", "webp": "image/webp", "gif": "image/gif",
    "avif": "image/avif", "heic": "image/heic", "heif": "image/heif", "tif": "image/tiff",
    "tiff": "image/tiff", "bmp": "image/bmp", "svg": "image/svg+xml", "jxl": "image/jxl",
}  # fmt: skip
FOLDERS = {
    "profile": "profiles",
    "header": "profiles",
    "logo": "logos",
    "site": "sites",
    "product": "products",
    "event": "events",
}
PATH = re.compile(
    r"/temp_images/(?P<folder>profiles|sites|logos|products|events)"
    r"/(?P<name>[0-9]+-(?P<type>[a-z]+)-[0-9]+-[0-9]+\.(?P<extension>[a-z]{3,4}))",
    re.ASCII,
)
# A stranger's bytes under our own address: no guessing of types, and nothing in them (SVG!) may run.
HARMLESS = {"X-Content-Type-Options": "nosniff", "Content-Security-Policy": "default-src 'none'; sandbox"}


@dataclass(frozen=True, slots=True)
class TempFile:
    """A temp file's public path, its picture type (`profile`, `header`, …) and its extension."""

    image_path: str
    type: str
    extension: str

    @classmethod
    def parse(cls, image_path: str) -> TempFile | None:
        """Read a public path back; None for anything that `name_for` would not have made."""
        found = PATH.fullmatch(image_path)
        return cls(image_path, found["type"], found["extension"]) if found else None

    def under(self, data_dir: Path) -> Path:
        """Where the file lies on disk."""
        return data_dir / self.image_path.removeprefix("/")


def name_for(user_id: int, type_: str, original_name: str, mime_type: str, now: datetime) -> TempFile:
    """A fresh `{userId}-{type}-{timestamp}-{random}.{ext}` in the folder of its type."""
    extension = _extension(original_name, mime_type)
    name = f"{user_id}-{type_}-{int(now.timestamp())}-{secrets.randbelow(10**9):09}.{extension}"
    return TempFile(f"/temp_images/{FOLDERS[type_]}/{name}", type_, extension)


def _extension(original_name: str, mime_type: str) -> str:
    """The name's own extension if known, else the type's; only a hint, media VM reads the bytes."""
    own = original_name.rpartition(".")[2].lower()
    if own in TYPES:
        return own
    return next((extension for extension, type_ in TYPES.items() if type_ == mime_type), "img")


def temp_image(folder: str, name: str, festival: HasFestival) -> FileResponse:
    """`GET|HEAD /temp_images/{folder}/{name}`: open to all; 404 for whatever we did not name ourselves."""
    temp_file = TempFile.parse(f"/temp_images/{folder}/{name}")
    if temp_file is None or not (path := temp_file.under(festival.settings.data_dir)).is_file():
        raise HTTPException(404, "no such temp image")
    media_type = TYPES.get(temp_file.extension, "application/octet-stream")
    return FileResponse(path, media_type=media_type, headers=HARMLESS)
