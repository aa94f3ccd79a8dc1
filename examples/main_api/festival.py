"""What every route has at hand: settings, database, media VM, who is calling, and the key that protects."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Header, HTTPException, Path, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from examples.main_api.database import Database
from examples.main_api.media_vm_client import MediaVM
from examples.main_api.settings import Settings


@dataclass(frozen=True, slots=True)
class Festival:
    """The example's parts, put together once in `app.py`."""

    settings: Settings
    database: Database
    media_vm: MediaVM


def _festival(request: Request) -> Festival:
    festival: Festival = request.app.state.festival
    return festival


HasFestival = Annotated[Festival, Depends(_festival)]
# Who is signed in is your own business; the example believes a header, and else it is user 1.
UserId = Annotated[int, Header(alias="X-User-Id", ge=1, le=2**63 - 1)]
MediaId = Annotated[str, Path(pattern=r"^[0-9]{1,19}$")]
Credentials = Annotated[HTTPAuthorizationCredentials | None, Depends(HTTPBearer(auto_error=False))]


def only_media_vm(credentials: Credentials, festival: HasFestival) -> None:
    """Let `Authorization: Bearer {MAIN_API_KEY}` pass, compared in constant time; 401 for all else."""
    shown = credentials.credentials if credentials else ""
    if not secrets.compare_digest(shown.encode(), festival.settings.main_api_key.encode()):
        raise HTTPException(401, "a valid Bearer key is required", headers={"WWW-Authenticate": "Bearer"})
