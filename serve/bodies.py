"""What counts as a JSON body: every body, whatever its Content-Type says."""

from __future__ import annotations

from starlette.types import ASGIApp, Receive, Scope, Send

_CONTENT_TYPE = b"content-type"


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
