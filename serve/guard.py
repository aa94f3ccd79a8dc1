"""Who may call the main API's routes, and how often: the holder of the Bearer key, within limits (contract §3)."""

from __future__ import annotations

import hmac
import time
from collections.abc import Callable, Coroutine
from typing import Any

import structlog
from fastapi import Request, Response
from fastapi.routing import APIRoute
from fastapi.security import HTTPBearer

from media_vm.rules.addresses import client_of
from media_vm.settings import Settings
from serve import problems
from serve.counts import Budget, Refused
from serve.problems import Problem

BEARER = HTTPBearer(auto_error=False, description="MEDIA_VM_API_KEY, else MAIN_API_KEY")
"""Says in the OpenAPI what `Guard` asks for."""

_READING = ("GET", "HEAD")
_ADDRESSES = 4096  # counted at once, about 250 bytes each; a flood of others makes the oldest forgotten
_KEY = "the key"  # there is one
log = structlog.get_logger()


class Guard:
    """Counts in this process alone. clock: seconds that are never set back."""

    def __init__(self, settings: Settings, clock: Callable[[], float] = time.monotonic) -> None:
        self._key = settings.api_key.get_secret_value().encode() if settings.api_key else b""
        self._trusted = settings.trusted_proxies
        # Each its own memory: who has no key makes nothing forgotten of those who have.
        self._wrong_keys = Budget(settings.address_wrong_keys_per_minute, _ADDRESSES, clock)
        self._address_writes = Budget(settings.address_writes_per_minute, _ADDRESSES, clock)
        self._key_writes = Budget(settings.key_writes_per_minute, 1, clock)

    def admit(self, request: Request) -> None:
        """Let the key's holder in; without any key set, nobody. Problem: anybody else, or too often.

        The right key is never shut out for the wrong ones that came from its address: the two may share a proxy.
        """
        if not self._key:
            raise Problem(problems.NOT_SET_UP, "Neither MEDIA_VM_API_KEY nor MAIN_API_KEY is set.")
        address = self._address(request)
        if not self._is_key(request.headers.get("authorization", "")):
            self._refuse(address)
        if request.method in _READING:
            return
        if refused := self._address_writes.spend(address) or self._key_writes.spend(_KEY):
            raise _too_many(refused, "These are more changes in a minute than are taken here.")

    def _address(self, request: Request) -> str:
        peer = request.client.host if request.client else None
        return client_of(peer, ",".join(request.headers.getlist("x-forwarded-for")), self._trusted)

    def _is_key(self, authorization: str) -> bool:
        """Compared as bytes, because compare_digest refuses non-ASCII text; headers arrive as Latin-1."""
        scheme, _, given = authorization.partition(" ")
        return scheme.lower() == "bearer" and hmac.compare_digest(given.strip().encode("latin-1"), self._key)

    def _refuse(self, address: str) -> None:
        refused = self._wrong_keys.spend(address)
        if refused is None:
            challenge = {"WWW-Authenticate": "Bearer"}
            raise Problem(problems.UNAUTHORIZED, "This route needs the API key.", headers=challenge)
        if refused.is_first:
            log.warning("wrong_keys", address=address)
        raise _too_many(refused, "Too many calls without the right key came from this address.")


class ForTheMainAPI(APIRoute):
    """A route that the guard lets in to, before anything of the body is read."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """FastAPI's own handler, behind the guard."""
        handle = super().get_route_handler()

        async def handle_admitted(request: Request) -> Response:
            request.app.state.guard.admit(request)
            return await handle(request)

        return handle_admitted


def _too_many(refused: Refused, detail: str) -> Problem:
    return Problem(problems.TOO_MANY_REQUESTS, detail, retry_after_seconds=refused.seconds)
