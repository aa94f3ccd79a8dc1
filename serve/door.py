"""The outermost door: an id for every request, a problem for every error that nothing else answered."""

from __future__ import annotations

import re
from secrets import token_hex
from time import perf_counter

import structlog
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from media_vm.errors import MediaVMError
from media_vm.settings import Settings
from serve.failures import picture_refused, problem_of
from serve.tally import NO_STATUS, Tally

_REQUEST_ID = re.compile(rb"[A-Za-z0-9._-]{1,64}")
_LONGEST_BODY_BYTES = 65_536
_HOT, _REST = "picture", "page"
_ROUTES = {"/api/media": "api", "/livez": "health", "/readyz": "health"}
"""What requests are counted as, by the beginning of their paths; never by an id."""
log = structlog.get_logger()


class Door:
    """Sends requests that begin with a prefix to `hot`, everything else (lifespan too) to `rest`."""

    def __init__(
        self, prefixes: tuple[str, ...], hot: ASGIApp, rest: ASGIApp, settings: Settings, tally: Tally
    ) -> None:
        self._prefixes = prefixes
        self._hot = hot
        self._rest = rest
        self._settings = settings
        self._tally = tally

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let one request in, and never an exception out."""
        if scope["type"] != "http":
            await self._rest(scope, receive, send)
            return
        began, status = perf_counter(), NO_STATUS
        request_id = _request_id(scope)
        state = scope.setdefault("state", {})
        state["request_id"] = request_id

        async def send_named(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message["headers"], (b"x-request-id", request_id.encode())]
            await send(message)

        is_hot = scope["path"].startswith(self._prefixes)
        try:
            await (self._hot if is_hot else self._rest)(scope, _limited(receive), send_named)
        except Exception as error:
            _log(error, request_id)
            if status == NO_STATUS:  # FastAPI answers first and then raises
                await picture_refused(problem_of(error), scope, self._settings)(scope, receive, send_named)
        finally:
            route = state.get("route", _HOT) if is_hot else _route(scope["path"])
            self._tally.request(route, status, perf_counter() - began)


def _route(path: str) -> str:
    """What a request that is not for a picture is counted as."""
    return next((route for prefix, route in _ROUTES.items() if path.startswith(prefix)), _REST)


def _request_id(scope: Scope) -> str:
    """The caller's `X-Request-ID` if it is harmless, else a new one."""
    given = next((value for name, value in scope["headers"] if name == b"x-request-id"), b"")
    return given.decode() if _REQUEST_ID.fullmatch(given) else token_hex(16)


def _limited(receive: Receive) -> Receive:
    """A body that is read stops at the limit, whatever its Content-Length says; FastAPI answers the 413."""
    received = 0

    async def receive_limited() -> Message:
        nonlocal received
        message = await receive()
        received += len(message.get("body", b""))
        if received > _LONGEST_BODY_BYTES:
            raise HTTPException(413)
        return message

    return receive_limited


def _log(error: Exception, request_id: str) -> None:
    """An outage of the database is one line; anything else is a bug, with its traceback."""
    if isinstance(error, MediaVMError):
        log.warning("shelf_unavailable", request_id=request_id, error=type(error).__name__)
    else:
        log.error("request_failed", request_id=request_id, exc_info=error)
