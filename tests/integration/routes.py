"""Serve before a shelf of memory, and how the main API asks it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from pydantic import SecretStr
from starlette.types import ASGIApp

from media_vm.rules.pictures import MediaStatus
from serve.app import create_app
from serve.shelf import RetryAnswer
from tests.integration.shelf_in_memory import MemoryShelf, settings_for, sunset

KEY = "schlüssel-123"
JSON = {b"Content-Type": b"application/json"}


def bearer(key: str) -> dict[bytes, bytes]:
    """A key as clients send it: in UTF-8."""
    return {b"Authorization": f"Bearer {key}".encode()}


def shelf_of(folder: Path) -> MemoryShelf:
    """Pictures in every state, and what is answered of them."""
    bare = replace(sunset(folder), variants=())
    return MemoryShelf(
        media={
            790: replace(bare, status=MediaStatus.PROCESSING),
            791: replace(bare, status=MediaStatus.FAILED),
            792: replace(bare, is_deleted=True),
        },
        statuses={123: {"id": 123, "media_id": "789", "progress": 50}},
        retries={
            1: RetryAnswer.ACCEPTED,
            2: RetryAnswer.NOT_FAILED,
            3: RetryAnswer.COMPLETED,
            4: RetryAnswer.NO_BYTES,
            5: RetryAnswer.DELETED,
        },
        analyses={789: {"style": None}, 790: None, 791: None, 792: None},
    )


def app_of(folder: Path, shelf: MemoryShelf) -> ASGIApp:
    """Serve before that shelf, with our key."""
    return create_app(settings_for(folder, own_api_key=SecretStr(KEY)), shelf)
