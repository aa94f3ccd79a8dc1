"""Google Vision's REST answers, read within a cap; refusals read here, for the library stumbles over odd ones.

Imports requests and urllib3, so it is imported when a first call is made and not before.
"""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from contextlib import closing
from datetime import timedelta
from typing import Any, Final

import urllib3
from requests import PreparedRequest, Response
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from media_vm.errors import ProviderDown, StepFailed
from media_vm.vision.google_failures import cut_off, failure, not_the_api, too_long, too_slow
from media_vm.vision.in_time import this_exchange

LONGEST_ANSWER: Final = 4_000_000
"""Bytes. A page full of writing has a box a letter: some 2,000,000 for 5,000 letters."""
MOST_BRACKETS: Final = 150_000
"""Those 5,000 letters have 45,000. 4 MB of `{},` would be 240 MB of objects and take 10 s to read."""
_LONGEST_ERROR: Final = 100_000
_CHUNK: Final = 65_536
_CODES: Final = {
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    408: "DEADLINE_EXCEEDED",
    413: "INVALID_ARGUMENT",
    429: "RESOURCE_EXHAUSTED",
    500: "INTERNAL",
    501: "UNIMPLEMENTED",
    502: "UNAVAILABLE",
    503: "UNAVAILABLE",
    504: "DEADLINE_EXCEEDED",
}


class CappedAdapter(HTTPAdapter):
    """requests' own, over sockets that can be ended, for answers that may be hostile.

    It reads the body itself, follows no redirect (requests would take the key's header along) and asks for no
    compression. Raises kinds of StepFailed for all that is not a 200, and requests' own for broken connections.
    """

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        """Connections that tell their exchange of their sockets."""
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = _POOLS

    def proxy_manager_for(self, proxy: str, **proxy_kwargs: Any) -> Any:
        """The same through a proxy."""
        manager = super().proxy_manager_for(proxy, **proxy_kwargs)
        manager.pool_classes_by_scheme = _POOLS
        return manager

    def send(self, request: PreparedRequest, *_: Any, **kwargs: Any) -> Response:
        """One exchange; the body is read when it returns."""
        request.headers["Accept-Encoding"] = "identity"
        kwargs |= {"stream": True, "timeout": _timeouts(kwargs.get("timeout"))}
        response = super().send(request, **kwargs)
        with closing(response.raw):
            body = _read(response)
        if response.status_code != 200:
            raise _refusal(response.status_code, response.headers, body)
        if body.count(b"{") + body.count(b"[") > MOST_BRACKETS:
            raise too_long(LONGEST_ANSWER)
        response.raw = io.BytesIO(body)  # with no headers behind it, so that no cookie is kept either
        return response


class _Watched(HTTPConnection):
    def connect(self) -> None:
        super().connect()
        _tell(self)

    def request(self, *args: Any, **kwargs: Any) -> None:
        _tell(self)
        super().request(*args, **kwargs)


class _WatchedTLS(HTTPSConnection):
    def connect(self) -> None:
        super().connect()
        _tell(self)

    def request(self, *args: Any, **kwargs: Any) -> None:
        _tell(self)
        super().request(*args, **kwargs)


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Watched


class _PoolTLS(HTTPSConnectionPool):
    ConnectionCls = _WatchedTLS


_POOLS: Final = {"http": _Pool, "https": _PoolTLS}


def _tell(connection: HTTPConnection) -> None:
    if (exchange := this_exchange()) is not None:
        exchange.uses(connection.sock)


def _timeouts(timeout: Any) -> Any:
    """To be reached takes at most half of the time, so that nobody there and no answer are told apart."""
    return (timeout / 2, timeout) if isinstance(timeout, int | float) else timeout


def _read(response: Response) -> bytes:
    if response.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise not_the_api("it compresses what was asked for plain")
    body = bytearray()
    try:
        for chunk in response.raw.stream(_CHUNK, decode_content=False):
            body += chunk
            if len(body) > LONGEST_ANSWER:
                raise too_long(LONGEST_ANSWER)
    except urllib3.exceptions.ReadTimeoutError:
        raise too_slow() from None
    except urllib3.exceptions.HTTPError:
        raise cut_off() from None
    return bytes(body)


def _refusal(status: int, headers: Mapping[str, str], body: bytes) -> StepFailed:
    """A 400 means something when Google said it, with its own JSON; a proxy says 400 too."""
    if 200 <= status < 400:
        return not_the_api(f"it answers {status}")
    error = _error_in(body)
    if status == 400 and error.get("status") not in ("INVALID_ARGUMENT", "FAILED_PRECONDITION", "OUT_OF_RANGE"):
        return not_the_api("it answers 400 without saying why")
    if status != 400 and status not in _CODES and status < 500:
        return ProviderDown("refused", f"Google Vision answers {status}")
    code = str(error["status"]) if status == 400 else _CODES.get(status, "INTERNAL")
    return failure(code, cause=_cause(error), retry_after=_retry_after(headers, error))


def _error_in(body: bytes) -> Mapping[str, Any]:
    try:
        answer = json.loads(body[:_LONGEST_ERROR])
    except (ValueError, RecursionError):
        return {}
    error = answer.get("error") if isinstance(answer, dict) else None
    return error if isinstance(error, dict) else {}


def _detail(error: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    details = error.get("details")
    for one in details if isinstance(details, list) else ():
        if isinstance(one, dict) and one.get("@type") == f"type.googleapis.com/google.rpc.{name}":
            return one
    return {}


def _cause(error: Mapping[str, Any]) -> str | None:
    cause = _detail(error, "ErrorInfo").get("reason")
    return cause if isinstance(cause, str) else None


def _retry_after(headers: Mapping[str, str], error: Mapping[str, Any]) -> timedelta | None:
    """RetryInfo's `7.5s`, else the header in its seconds form; dates are rare and not worth a clock."""
    told = _detail(error, "RetryInfo").get("retryDelay")
    text = told.removesuffix("s") if isinstance(told, str) else headers.get("Retry-After", "")
    if not text.isascii() or not text.replace(".", "", 1).isdigit() or len(text) > 20:
        return None
    return timedelta(seconds=min(float(text), 1e8))
