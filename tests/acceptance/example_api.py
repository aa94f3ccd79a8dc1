"""The example main API before a stand-in of media VM, and the few calls that its tests repeat."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from fastapi.testclient import TestClient

from examples.main_api.app import create_app
from examples.main_api.settings import Settings

Json = dict[str, Any]
USER = {"X-User-Id": "456"}
KEY = {"Authorization": "Bearer main-key"}
PICTURE = b"\xff\xd8\xff the bytes of a picture"
CALLBACK = {
    "media_id": "789",
    "permanent_url": "https://media.example/serve/789",
    "update": False,
    "formats_available": ["avif", "webp", "jpeg"],
    "ai_analysis": {"style": "Cubism", "alt_text": "A guitar", "dominant_colors": ["#FF5733"]},
}


@dataclass
class MediaVMStandIn:
    """Media VM as the example sees it: remembers what was asked, answers what a test sets.

    pictures: the answers to `/serve/…` by the Accept that asks for them.
    """

    asked: list[httpx.Request] = field(default_factory=list)
    answer: httpx.Response | Exception = field(default_factory=lambda: httpx.Response(202))
    pictures: dict[str, httpx.Response] = field(default_factory=dict)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        if picture := self.pictures.get(request.headers["accept"]):
            return picture
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


@contextmanager
def example_api(data_dir: Path, media_vm: MediaVMStandIn) -> Iterator[TestClient]:
    """The example in this process, with a limit of 1000 bytes a picture and media VM at another origin."""
    environment = {
        "MAIN_API_KEY": "main-key",
        "MEDIA_VM_API_KEY": "vm-key",
        "EXAMPLE_DATA_DIR": str(data_dir),
        "MEDIA_BACKEND_URL": "https://media.example",
        "EXAMPLE_MAX_UPLOAD_BYTES": "1000",
    }
    settings = Settings.from_environment(environment)
    with TestClient(create_app(settings, httpx.MockTransport(media_vm))) as client:
        yield client


def upload(api: TestClient, *fields: str, name: str = "guitar.jpg") -> list[int]:
    """Upload the same picture in each of these form fields as user 456; returns the pending image ids."""
    files = [(each, (name, PICTURE, "image/jpeg")) for each in fields]
    answer = api.patch("/users/me", files=files, headers=USER)
    assert answer.status_code == 200, answer.text
    ids: list[int] = answer.json()["pending_image_ids"]
    return ids


def pending(api: TestClient) -> list[Json]:
    """The pending list as media VM reads it."""
    images: list[Json] = api.get("/api/media/pending/all", headers=KEY).json()["images"]
    return images


def complete(api: TestClient, image_id: int, key: str, body: Json = CALLBACK) -> Any:
    """Media VM's complete call; the answer."""
    return api.post(f"/api/media/complete/{image_id}", json=body, headers={**KEY, "Idempotency-Key": key})


def cleanup(api: TestClient, image_id: int, key: str) -> Any:
    """Media VM's cleanup call; the answer."""
    return api.delete(f"/api/media/cleanup/{image_id}", headers={**KEY, "Idempotency-Key": key})


def me(api: TestClient) -> Json:
    """User 456's profile."""
    profile: Json = api.get("/users/me", headers=USER).json()
    return profile
