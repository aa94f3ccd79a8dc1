"""A shelf made of memory and a storage folder made of small files, for the tests of the serving app."""

from __future__ import annotations

import asyncio
import hashlib
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

import httpx
from starlette.types import ASGIApp, Message, Scope

from media_vm.rules.analysis import Analysis
from media_vm.rules.pictures import Background, DataType, FocalPoint, Format, MediaStatus, Size, Variant
from media_vm.settings import Settings
from media_vm.testing import EPOCH
from serve.app import create_app
from serve.shelf import (
    AltTextAnswer,
    BackgroundAnswer,
    BackgroundChoice,
    Deletion,
    News,
    Portrait,
    RefocusAnswer,
    RetryAnswer,
    Shown,
    Wanted,
)

Sent = Mapping[str, str] | Mapping[bytes, bytes] | None
STORAGE_VARIABLE = "TEST_STORAGE"


@dataclass
class MemoryShelf:
    """Tests set what it holds, and read what was asked of it."""

    media: dict[int, Shown] = field(default_factory=dict)
    statuses: dict[int, dict[str, object]] = field(default_factory=dict)
    retries: dict[int, RetryAnswer] = field(default_factory=dict)
    analyses: dict[int, dict[str, object] | None] = field(default_factory=dict)
    analysis_of: dict[int, Analysis] = field(default_factory=dict)
    unready: str | None = None
    error: Exception | None = None
    looks: int = 0
    changes: dict[int, datetime] = field(default_factory=dict)
    is_bulk_changed: bool = False
    asked_for_news: int = 0
    woken: list[Sequence[int]] = field(default_factory=list)
    wanted: list[Wanted] = field(default_factory=list)
    focal_points: list[FocalPoint] = field(default_factory=list)
    faces: list[tuple[int, Background]] = field(default_factory=list)
    alt_texts: list[tuple[int, str]] = field(default_factory=list)

    def look_up(self, media_id: int) -> Shown | None:
        self.looks += 1
        if self.error:
            raise self.error
        return self.media.get(media_id)

    def news(self, remembered: Sequence[int]) -> News:
        self.asked_for_news += 1
        if self.error:
            raise self.error
        told = {one: at for one, at in self.changes.items() if not self.is_bulk_changed or one in remembered}
        return News(max(self.media, default=0), EPOCH - timedelta(minutes=1), told)

    def changed(self, media_id: int) -> None:
        """What a process does that writes: move the row's time."""
        self.changes[media_id] = max(self.changes.values(), default=EPOCH) + timedelta(seconds=1)

    def portrait(self, media_id: int) -> Portrait | None:
        shown = self.look_up(media_id)
        return Portrait(shown, 1500, 1000, self.analysis_of.get(media_id)) if shown else None

    def status(self, pending_image_id: int) -> dict[str, object] | None:
        return self.statuses.get(pending_image_id)

    def retry(self, pending_image_id: int) -> RetryAnswer:
        return self.retries.get(pending_image_id, RetryAnswer.UNKNOWN)

    def refocus(self, media_id: int, focal_point: FocalPoint) -> RefocusAnswer:
        self.focal_points.append(focal_point)
        if media_id not in self.media:
            return RefocusAnswer.UNKNOWN
        return RefocusAnswer.ACCEPTED if self.analyses.get(media_id) else RefocusAnswer.NOT_READY

    def choose_background(self, media_id: int, background: Background) -> BackgroundChoice:
        shown = self.media.get(media_id)
        if shown is None:
            return BackgroundChoice(BackgroundAnswer.UNKNOWN)
        if shown.data_type is not DataType.LOGO:
            return BackgroundChoice(BackgroundAnswer.NOT_A_LOGO)
        self.faces.append((media_id, background))
        self.media[media_id] = replace(shown, background_choice=background)
        return BackgroundChoice(BackgroundAnswer.KEPT, is_removed=True)

    def keep_alt_text(self, media_id: int, alt_text: str) -> AltTextAnswer:
        if media_id not in self.media:
            return AltTextAnswer.UNKNOWN
        if not self.analyses.get(media_id):
            return AltTextAnswer.NOT_READY
        self.alt_texts.append((media_id, alt_text))
        return AltTextAnswer.KEPT

    def delete(self, media_id: int) -> Deletion | None:
        shown = self.media.get(media_id)
        if shown is None:
            return None
        self.media[media_id] = replace(shown, is_deleted=True)
        return Deletion(EPOCH, is_removed=shown.is_deleted)

    def analysis(self, media_id: int) -> tuple[bool, dict[str, object] | None]:
        return media_id in self.analyses, self.analyses.get(media_id)

    def list_media(self, wanted: Wanted) -> dict[str, object]:
        self.wanted.append(wanted)
        return {"items": [], "next_after": None}

    def wake(self, pending_image_ids: Sequence[int]) -> None:
        self.woken.append(pending_image_ids)

    def is_ready(self) -> str | None:
        if self.error:
            raise self.error
        return self.unready


def content(size: Size, form: Format, background: Background = Background.ORIGINAL) -> bytes:
    """Bytes that tell variants apart; long enough for several chunks."""
    return f"{size} {form} {background}\n".encode() * 10_000


def variant(storage: Path, size: Size, form: Format, background: Background = Background.ORIGINAL) -> Variant:
    """A variant whose file is really there."""
    body = content(size, form, background)
    sha256 = hashlib.sha256(body).hexdigest()
    path = f"library/user_1/product/img/789-sunset-{size}-{background}-{sha256[:8]}.{form.extension}"
    (storage / path).parent.mkdir(parents=True, exist_ok=True)
    (storage / path).write_bytes(body)
    return Variant(size, form, background, 10, 10, len(body), sha256, path)


def sunset(storage: Path) -> Shown:
    """Media 789: three formats of `grid` and `detail`."""
    variants = tuple(
        variant(storage, size, form)
        for size in (Size.GRID, Size.DETAIL)
        for form in (Format.AVIF, Format.WEBP, Format.JPEG)
    )
    return Shown(789, MediaStatus.COMPLETED, False, DataType.PRODUCT, "sunset-oil", None, variants)


def app() -> ASGIApp:
    """The serving app over media 789; a factory for a server process."""
    storage = Path(os.environ[STORAGE_VARIABLE])
    shelf = MemoryShelf(media={789: sunset(storage)})
    return create_app(settings_for(storage), shelf)


def settings_for(storage: Path, **changes: object) -> Settings:
    """Defaults with this storage, and with no key unless one is given."""
    keyless = {"own_api_key": None, "main_api_key": None}
    return Settings().model_copy(update={"storage_dir": storage, **keyless, **changes})


def ask(app: ASGIApp, method: str, url: str, headers: Sent = None, **body: object) -> httpx.Response:
    """One request straight into the app, without a socket."""
    return ask_all(app, [(method, url)], headers, **body)[0]


def ask_all(
    app: ASGIApp, requests: Sequence[tuple[str, str]], headers: Sent = None, **body: object
) -> list[httpx.Response]:
    """Several requests at the same time."""

    async def all_of_them() -> list[httpx.Response]:
        transport = httpx.ASGITransport(app, raise_app_exceptions=True)
        async with httpx.AsyncClient(transport=transport, base_url="http://media.example") as client:
            asked = (client.request(method, url, headers=headers, **body) for method, url in requests)  # type: ignore[arg-type]  # json= or content=
            return list(await asyncio.gather(*asked))

    return asyncio.run(all_of_them())


def variant_of(shown: Shown, size: Size, form: Format) -> Variant:
    """The one of this size and format."""
    return next(kept for kept in shown.variants if (kept.size, kept.format) == (size, form))


def exchange(
    app: ASGIApp,
    method: str,
    path: str,
    query: bytes = b"",
    headers: Sequence[tuple[bytes, bytes]] = (),
    extensions: Sequence[str] = (),
) -> list[Message]:
    """What the app says to its server, message by message."""
    said: list[Message] = []

    async def send(message: Message) -> None:
        said.append(message)

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def answer() -> None:
        scope: Scope = {"type": "http", "method": method, "path": path, "query_string": query}
        scope["headers"], scope["extensions"] = headers, dict.fromkeys(extensions)
        await app(scope, receive, send)

    asyncio.run(answer())
    return said
