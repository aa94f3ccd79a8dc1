"""Who may call the main API's routes: the holder of the Bearer key (contract §3)."""

from __future__ import annotations

import hmac
from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from media_vm.settings import Settings
from serve import problems
from serve.problems import Problem

_BEARER = HTTPBearer(auto_error=False, description="MEDIA_VM_API_KEY, else MAIN_API_KEY")


async def require_key(
    request: Request, given: Annotated[HTTPAuthorizationCredentials | None, Depends(_BEARER)]
) -> None:
    """Let the key's holder in; without any key set, nobody."""
    settings: Settings = request.app.state.settings
    key = settings.api_key.get_secret_value() if settings.api_key else ""
    if not key:
        raise Problem(problems.NOT_SET_UP, "Neither MEDIA_VM_API_KEY nor MAIN_API_KEY is set.")
    # Bytes, because compare_digest refuses non-ASCII text; headers arrive as Latin-1 (WSGI and ASGI alike).
    offered = given.credentials.encode("latin-1") if given else b""
    if not hmac.compare_digest(offered, key.encode()):
        raise Problem(
            problems.UNAUTHORIZED, "This route needs the API key.", headers={"WWW-Authenticate": "Bearer"}
        )
