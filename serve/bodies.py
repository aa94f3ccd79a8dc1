"""What the main API sends: bodies that are JSON, whatever their Content-Type says."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, Field
from pydantic_core import PydanticCustomError
from starlette.types import ASGIApp, Receive, Scope, Send

from media_vm.rules.alt_text import MOST_BY_HAND
from media_vm.rules.pictures import Background

_CONTENT_TYPE = b"content-type"
LARGEST_ID = 2**63 - 1
_IN_A_URL = re.compile("[1-9][0-9]{0,18}")


def _of_digits(given: object) -> object:
    """One spelling an id: what pydantic reads as 78 also is 7_8, +78, 078, 78.0."""
    if isinstance(given, str) and not _IN_A_URL.fullmatch(given):
        raise PydanticCustomError("id", "Input should be an id, of digits alone")
    return given


Id = Annotated[int, BeforeValidator(_of_digits), Field(ge=1, le=LARGEST_ID)]
"""In a URL, as it stands there."""
_NumberedId = Annotated[int, Field(ge=1, le=LARGEST_ID, strict=True)]


class Wake(BaseModel):
    """Which items to look at first; none means all."""

    pending_image_ids: Annotated[list[_NumberedId], Field(max_length=1000)] = []


class Focal(BaseModel):
    """What a crop keeps in the picture: fractions of its width from the left and of its height from the top."""

    x: Annotated[float, Field(ge=0, le=1, strict=True)]
    y: Annotated[float, Field(ge=0, le=1, strict=True)]


class Words(BaseModel):
    """What a picture conveys, for who cannot see it; "" for one that only decorates."""

    alt_text: Annotated[str, Field(max_length=MOST_BY_HAND, strict=True)]


class Face(BaseModel):
    """Which of a logo's faces a URL shows that names none."""

    bg: Background


class BodiesAreJSON:
    """Calls every body JSON: `curl -d` says it sends a form. Safe, because no route here trusts a cookie."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on as `application/json`."""
        if scope["type"] == "http":
            others = [header for header in scope["headers"] if header[0] != _CONTENT_TYPE]
            scope = {**scope, "headers": [*others, (_CONTENT_TYPE, b"application/json")]}
        await self._app(scope, receive, send)
