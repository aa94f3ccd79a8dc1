"""Uploads as the page of the example main API does them: one `PATCH /users/me` a picture."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import httpx

from examples.demo.gathering import Picture

PATIENCE = httpx.Timeout(60)


@dataclass(frozen=True, slots=True)
class Upload:
    """An uploaded picture. pending_id: the main API's id for it; None: not taken, and refusal says why."""

    picture: Picture
    bytes: int
    pending_id: int | None
    refusal: str | None = None


def upload_all(pictures: Sequence[Picture], main_api: str) -> list[Upload]:
    """One after the other; what cannot be read or is refused is told, and holds nobody up."""
    with httpx.Client(base_url=main_api, timeout=PATIENCE, trust_env=False) as client:
        return [upload(picture, client) for picture in pictures]


def upload(picture: Picture, client: httpx.Client) -> Upload:
    """One picture to the example main API."""
    try:
        with picture.path.open("rb") as file:
            size = picture.path.stat().st_size
            part = {picture.field: (picture.name, file, picture.mime_type)}
            answer = client.patch("/users/me", files=part)
    except OSError as error:
        return Upload(picture, 0, None, f"cannot be read ({error.strerror})")
    except httpx.HTTPError as error:
        return Upload(picture, size, None, f"the main API broke off the upload ({type(error).__name__})")
    if answer.is_error:
        return Upload(picture, size, None, f"the main API says: {_sentence(answer)}")
    return Upload(picture, size, answer.json()["pending_image_ids"][0])


def _sentence(answer: httpx.Response) -> str:
    """FastAPI's `detail`, else the bare status."""
    try:
        return str(answer.json()["detail"])
    except (ValueError, LookupError, TypeError):
        return f"{answer.status_code} {answer.reason_phrase}"
