"""The hot path: one picture from its URL to the wire, as a plain ASGI application (contract §8)."""

from __future__ import annotations

import structlog
from starlette.datastructures import Headers
from starlette.types import Receive, Scope, Send

from media_vm.rules.asked import Asked, UnknownValue, asked_by_url
from media_vm.rules.caching import is_unchanged
from media_vm.rules.negotiation import choose
from media_vm.rules.pictures import MediaStatus
from media_vm.settings import Settings
from serve import headers, problems
from serve.files import send_file, stored_file
from serve.problems import Problem
from serve.reader import Reader
from serve.shelf import Shown

PREFIXES = ("/serve/", "/api/images/")
log = structlog.get_logger()

_LONGEST_QUERY = 4096
_NOT_READY_SECONDS = 10  # a picture is made in seconds once its turn has come
_GONE_FILE_SECONDS = 5  # by then the row names the file that took its place


class Images:
    """`/serve/{media_id}`, `/api/images/{media_id}` and the path form; GET and HEAD."""

    def __init__(self, settings: Settings, reader: Reader) -> None:
        self._settings = settings
        self._reader = reader
        self._root = settings.storage_dir.resolve()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; what goes wrong on purpose is answered as a problem."""
        sent = Headers(scope=scope)
        try:
            await self._show(scope, sent, send)
        except Problem as problem:
            problem.headers |= headers.of_any_answer(self._settings, sent.get("origin"))
            await problems.answer(problem, scope, self._settings.media_backend_url)(scope, receive, send)

    async def _show(self, scope: Scope, sent: Headers, send: Send) -> None:
        media_id, asked = _read(scope)
        shown = present(await self._reader.shown(media_id))
        choice = choose(shown, asked, _joined(sent, "accept"), self._settings.logo_background)
        if choice is None:
            detail = "This picture is still being made."
            raise Problem(problems.NOT_READY, detail, retry_after_seconds=_NOT_READY_SECONDS)
        answer = headers.of_choice(self._settings, choice, asked, sent.get("origin"))
        if is_unchanged(_joined(sent, "if-none-match"), choice.variant.sha256):
            await _send_head(send, 304, answer)
            return
        path = stored_file(self._root, choice.variant)
        if path is None:
            self._reader.forget(media_id)
            log.warning("variant_missing", media_id=media_id, path=choice.variant.path)
            detail = "This picture's file is being replaced."
            raise Problem(problems.UNAVAILABLE, detail, retry_after_seconds=_GONE_FILE_SECONDS)
        answer |= headers.of_content(shown, choice)
        if scope["method"] == "HEAD":
            await _send_head(send, 200, answer)
            return
        await _start(send, 200, answer)
        await send_file(path, scope, send)


def _read(scope: Scope) -> tuple[int, Asked]:
    """The media id and what is asked of it, or the problem with this URL."""
    query = scope["query_string"]
    if len(query) > _LONGEST_QUERY:
        raise Problem(problems.URL_TOO_LONG, f"A query has at most {_LONGEST_QUERY} bytes.")
    try:
        read = asked_by_url(scope["path"], query.decode("latin-1"))
    except UnknownValue as unknown:
        raise Problem(problems.UNKNOWN_VALUE, f"{unknown}.", valid_values=unknown.valid) from None
    if read is None:
        raise Problem(problems.NOT_FOUND, "No picture has a URL like this.")
    if scope["method"] not in ("GET", "HEAD"):
        detail = "A picture can only be read."
        raise Problem(problems.METHOD_NOT_ALLOWED, detail, headers={"Allow": "GET, HEAD"})
    return read


def present(shown: Shown | None) -> Shown:
    """A media that has, or may yet have, something to show. One that failed with variants goes on serving.

    Problem: unknown, deleted or failed.
    """
    if shown is None:
        raise Problem(problems.NOT_FOUND, "No picture has this id.")
    if shown.is_deleted:
        raise Problem(problems.GONE, "This picture was deleted.")
    if shown.status is MediaStatus.FAILED and not shown.variants:
        raise Problem(problems.GONE, "This picture could not be processed.")
    return shown


def _joined(sent: Headers, name: str) -> str:
    """A list header as one line, however many lines it came in (RFC 9110 §5.2)."""
    return ", ".join(sent.getlist(name))


async def _start(send: Send, status: int, answer: dict[str, str]) -> None:
    raw = [(name.lower().encode(), value.encode("latin-1")) for name, value in answer.items()]
    await send({"type": "http.response.start", "status": status, "headers": raw})


async def _send_head(send: Send, status: int, answer: dict[str, str]) -> None:
    await _start(send, status, answer)
    await send({"type": "http.response.body", "body": b""})
