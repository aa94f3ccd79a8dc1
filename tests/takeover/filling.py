"""A running system of some age: rows and files in every state that age brings, and what is to become of each."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, text

from media_vm.rules.adopting import Verdict
from media_vm.rules.pictures import Size
from tests.takeover.drawn import numbered, original, templates

TYPES = ("product", "profile", "event", "logo", "sites")
STATES = 25
WHERE_IT_RAN = "/var/www/media-backend/storage/"
FIRST_ID = 101


@dataclass
class Media:
    """One, as it is put in. files: of its variants by size and extension. verdict: what adopt has to find."""

    id: int
    data_type: str
    user_id: int
    slug: str
    files: dict[tuple[Size, str], str] = field(default_factory=dict)
    row: dict[str, Any] = field(default_factory=dict)
    steps: dict[str, str] = field(default_factory=dict)
    is_analysed: bool = True
    verdict: Verdict = Verdict.COMPLETE

    @property
    def suffixes(self) -> tuple[str, ...]:
        return (".png" if self.data_type == "logo" else ".jpg", ".webp", ".avif")

    @property
    def folder(self) -> str:
        return f"library/user_{self.user_id}/{self.data_type}/img"


@dataclass
class Running:
    """media: all that were put in. digests: of every file of theirs, by path."""

    root: Path
    media: list[Media] = field(default_factory=list)
    digests: dict[str, str] = field(default_factory=dict)

    def put(self, path: str, content: bytes) -> None:
        """A file of the running system's."""
        place = self.root / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)
        self.digests[path] = hashlib.sha256(content).hexdigest()

    def take(self, path: str) -> None:
        """It is gone."""
        (self.root / path).unlink()
        del self.digests[path]


def filled(engine: Engine, root: Path, number: int) -> Running:
    """So many media, of 25 each state once or more."""
    running = Running(root)
    for folder in ("bulk", "library", "thumbnails"):
        (root / folder).mkdir(parents=True)
    for at in range(number):
        running.media.append(_one(running, at))
    with engine.begin() as connection:
        for one in running.media:
            _insert(connection, "media_files", one.row)
            _insert(connection, "processing_checklist", {"media_id": one.id, "worker_id": "worker-1", **one.steps})
            if one.is_analysed:
                _insert(connection, "media_ai_analysis", {"media_id": one.id, **_analysis()})
    return running


def _one(running: Running, at: int) -> Media:
    media = Media(FIRST_ID + at, TYPES[at % len(TYPES)], 1 + at // 7 % 40, f"sunset-oil-{at % 3}")
    is_logo, state = media.data_type == "logo", at % STATES
    names = {7: "{slug}_{id}_{size}{suffix}", 8: "{id}_{size}{suffix}", 9: "abstract-{hex}-{size}{suffix}"}
    name = names.get(state, "{id}-{slug}-{size}{suffix}")
    for number, ((size, suffix), picture) in enumerate(templates(is_logo=is_logo).items()):
        words = {
            "slug": media.slug,
            "id": media.id,
            "size": size.value,
            "suffix": suffix,
            "hex": f"h{media.id:x}z",
        }
        path = f"{media.folder}/{name.format(**words)}"
        running.put(path, numbered(picture, suffix, media.id * 100 + number))
        media.files[size, suffix] = path
    bulk = f"bulk/2025-01-{1 + at % 28:02}/{media.id}-upload{media.suffixes[0]}"
    running.put(bulk, numbered(original(is_logo=is_logo), media.suffixes[0], media.id))
    media.row = {
        "id": media.id,
        "main_api_id": 5000 + at,
        "user_id": media.user_id,
        "data_type": media.data_type,
        "original_name": f"Upload {at}.jpg",
        "mime_type": "image/jpeg",
        "file_size": (running.root / bulk).stat().st_size,
        "bulk_path": bulk,
        "library_path": media.folder,
        "status": "completed",
    }
    steps = ("retrieve_file", "ai_visual_analysis", "resize_optimize", "update_callback")
    media.steps = dict.fromkeys(steps, "completed")
    if state == 9:
        media.row["library_path"] = f"{WHERE_IT_RAN}{media.folder}/abstract-h{media.id:x}z.jpg"
    if state in AGED:
        AGED[state](running, media)
    return media


def _without(running: Running, media: Media, *gone: tuple[Size, str]) -> None:
    for key in gone:
        running.take(media.files.pop(key))
    media.verdict = Verdict.REMADE


def _one_file_gone(running: Running, media: Media) -> None:
    _without(running, media, (Size.GRID, ".avif"))


def _a_size_gone(running: Running, media: Media) -> None:
    _without(running, media, *((Size.HEADER, suffix) for suffix in media.suffixes))


def _original_gone(running: Running, media: Media) -> None:
    running.take(media.row["bulk_path"])
    media.verdict = Verdict.LOST


def _never_made(running: Running, media: Media) -> None:
    _without(running, media, *list(media.files))
    media.row["status"], media.is_analysed = "processing", False
    media.steps |= {"ai_visual_analysis": "pending", "resize_optimize": "pending", "update_callback": "pending"}


def _never_arrived(running: Running, media: Media) -> None:
    _never_made(running, media)
    running.take(media.row["bulk_path"])
    media.row |= {"status": "downloading", "bulk_path": None, "library_path": None}
    media.steps["retrieve_file"] = "failed"
    media.verdict = Verdict.AWAITED


def _twin(running: Running, media: Media) -> None:
    media.row["main_api_id"] = running.media[-1].row["main_api_id"]


def _elsewhere(running: Running, media: Media) -> None:
    for column in ("bulk_path", "library_path"):
        media.row[column] = WHERE_IT_RAN + media.row[column]


def _moved(running: Running, media: Media) -> None:
    media.row["bulk_path"] = f"uploads/2024/{Path(media.row['bulk_path']).name}"


def _legacy_thumbnail(running: Running, media: Media) -> None:
    """The library has none; of the older previews there is one, in one format."""
    _without(running, media, *((Size.THUMBNAIL, suffix) for suffix in media.suffixes))
    path = f"thumbnails/{media.id}_thumbnail.webp"
    picture = templates(is_logo=False)[Size.THUMBNAIL, ".webp"]
    running.put(path, numbered(picture, ".webp", media.id))
    media.files[Size.THUMBNAIL, ".webp"] = path


def _planted_link(running: Running, media: Media) -> None:
    path = media.files[Size.GRID, ".avif"]
    _without(running, media, (Size.GRID, ".avif"))
    (running.root / path).symlink_to("/etc/passwd")


def _cut_short(running: Running, media: Media) -> None:
    key = (Size.DETAIL, media.suffixes[0])
    path = media.files.pop(key)
    running.put(path, (running.root / path).read_bytes()[:2000])
    media.verdict = Verdict.REMADE


def _never_analysed(running: Running, media: Media) -> None:
    media.is_analysed = False
    media.steps["ai_visual_analysis"] = "failed"


def _never_told(running: Running, media: Media) -> None:
    media.steps["update_callback"] = "failed"


AGED: dict[int, Callable[[Running, Media], None]] = {
    1: _one_file_gone,
    2: _a_size_gone,
    3: _original_gone,
    4: _never_made,
    5: _never_arrived,
    18: _twin,
    10: _elsewhere,
    11: _moved,
    12: _legacy_thumbnail,
    13: _planted_link,
    14: _cut_short,
    15: _never_analysed,
    16: _never_told,
}


def _analysis() -> dict[str, Any]:
    return {
        "dominant_colors": json.dumps(["#FF5733"]),
        "detected_objects": json.dumps([{"name": "canvas", "confidence": 0.98}]),
        "style_classification": "Abstract",
        "mood_keywords": json.dumps(["vibrant"]),
        "quality_score": 85,
        "raw_gpt4_response": json.dumps({"style": "Abstract"}),
    }


def _insert(connection: Any, table: str, row: dict[str, Any]) -> None:
    names = ", ".join(row)
    values = ", ".join(f":{name}" for name in row)
    connection.execute(text(f"INSERT INTO {table} ({names}) VALUES ({values})"), row)
