"""The hot path: one picture from its URL to the wire, as a plain ASGI application (contract §8).

Of most requests everything is known already: three texts lead to an answer that was prepared for the same ones
before, and that holds as long as its media is shown as it was then.
"""

from __future__ import annotations

from time import perf_counter

import structlog
from starlette.types import Receive, Scope, Send

from media_vm.rules.asked import Asked, UnknownValue, asked_by_url, manifest_by_path, media_by_path
from media_vm.rules.caching import cache_control, is_unchanged
from media_vm.rules.ranges import NotSatisfiable, Part, part_asked
from media_vm.rules.signing import Admitted
from media_vm.settings import Settings
from serve import headers, problems
from serve.answers import Answer, prepare
from serve.failures import picture_refused
from serve.files import is_whole, send_file, send_part
from serve.gate import Gate
from serve.manifests import Manifests
from serve.presence import present
from serve.problems import Problem
from serve.reader import Reader
from serve.tally import Tally
from serve.wire import headers_read, raw, send_whole, start

PREFIXES = ("/serve/", "/api/images/")
log = structlog.get_logger()

_LONGEST_QUERY = 4096
_GONE_FILE_SECONDS = 5  # by then the row names the file that took its place
_PREPARED = 4096
_LONGEST_QUESTION = 1024  # of path, query and Accept together; browsers send about 200 bytes
_HIT = b"cache;desc=hit"


class Images:
    """`/serve/{media_id}`, `/api/images/{media_id}`, the path form and the manifest; GET and HEAD."""

    def __init__(self, settings: Settings, reader: Reader, gate: Gate, tally: Tally) -> None:
        self._settings = settings
        self._reader = reader
        self._gate = gate
        self._tally = tally
        self._manifests = Manifests(settings, reader, gate)
        self._root = settings.storage_dir.resolve()
        self._answers: dict[tuple[str, bytes, str], Answer] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; what goes wrong on purpose is answered as a problem."""
        sent = headers_read(scope)
        try:
            if scope["method"] == "OPTIONS" and (leave := headers.of_preflight(self._settings, sent)):
                await send_whole(send, 204, raw(leave))
                return
            _require_reading(scope)
            admitted = None if self._gate.is_open else self._admit(scope, sent)
            if scope["path"].endswith("/manifest.json") and (media_id := manifest_by_path(scope["path"])):
                scope["state"]["route"] = "manifest"
                await self._manifests.show(media_id, scope, sent, admitted, send)
            else:
                await self._show(scope, sent, admitted, send)
        except Problem as problem:
            await picture_refused(problem, scope, self._settings)(scope, receive, send)

    def _admit(self, scope: Scope, sent: dict[bytes, str]) -> Admitted | None:
        """Before anything is looked up: whom we do not let in learns of no id whether it is there."""
        media_id = media_by_path(scope["path"])
        if media_id is None:
            raise _no_such_url()
        return self._gate.admit(media_id, _query(scope), sent.get(b"authorization", ""))

    async def _show(self, scope: Scope, sent: dict[bytes, str], admitted: Admitted | None, send: Send) -> None:
        answer, timing = await self._answer(scope, sent.get(b"accept", ""))
        keep = answer.cache_control
        if admitted:
            keep = cache_control(answer.keep, admitted, self._gate.clock()).encode()
        shared = [*answer.shared, (b"cache-control", keep), (b"server-timing", timing)]
        if b"origin" in sent:
            shared += raw(headers.of_origin(self._settings, sent[b"origin"]))
        tags = sent.get(b"if-none-match")
        if tags and is_unchanged(tags, answer.variant.sha256):
            _count(answer, timing)
            await send_whole(send, 304, shared)
            return
        path = self._path(answer)
        part = None if scope["method"] == "HEAD" else _part(sent, answer)
        _count(answer, timing)
        if scope["method"] == "HEAD":
            await send_whole(send, 200, [*shared, *answer.content, _length(answer.variant.bytes)])
        elif part:
            where = (b"content-range", part.content_range(answer.variant.bytes).encode())
            await start(send, 206, [*shared, *answer.content, _length(part.length), where])
            answer.sent.bytes += part.length
            await send_part(path, part, send)
        else:
            answer.sent.bytes += answer.variant.bytes
            await start(send, 200, [*shared, *answer.content, _length(answer.variant.bytes)])
            await send_file(path, scope, send)

    async def _answer(self, scope: Scope, accept: str) -> tuple[Answer, bytes]:
        """The answer to this question, and how it was come by."""
        question = scope["path"], scope["query_string"], accept
        known = self._answers.get(question)
        if known and self._reader.at_hand(known.shown.media_id) is known.shown:
            return known, _HIT
        media_id, asked = _read(scope)
        shown, timing = self._reader.at_hand(media_id), _HIT
        if shown is None:
            began = perf_counter()
            shown = await self._reader.shown(media_id)
            timing = b"cache;desc=miss, db;dur=%.1f" % (1000 * (perf_counter() - began))
        answer = prepare(self._settings, self._root, present(shown), asked, accept, self._tally)
        if sum(map(len, question)) <= _LONGEST_QUESTION:
            self._answers.pop(question, None)  # one that is over makes room for what takes its place
            if len(self._answers) >= _PREPARED:
                del self._answers[next(iter(self._answers))]
            self._answers[question] = answer
        return answer, timing

    def _path(self, answer: Answer) -> str:
        """Of the answer's file, which is there and whole. Problem: it is not; the row may name another by now."""
        if answer.path and is_whole(answer.path, answer.variant.bytes):
            return answer.path
        self._reader.forget(answer.shown.media_id)
        self._tally.missing += 1
        log.warning("variant_missing", media_id=answer.shown.media_id, path=answer.variant.path)
        detail = "This picture's file is not there at the moment."
        raise Problem(problems.UNAVAILABLE, detail, retry_after_seconds=_GONE_FILE_SECONDS)


def _count(answer: Answer, timing: bytes) -> None:
    """Once nothing is left that may refuse it."""
    if timing is _HIT:
        answer.sent.hits += 1
    else:
        answer.sent.misses += 1


def _read(scope: Scope) -> tuple[int, Asked]:
    """The media id and what is asked of it, or the problem with this URL."""
    try:
        read = asked_by_url(scope["path"], _query(scope))
    except UnknownValue as unknown:
        raise Problem(problems.UNKNOWN_VALUE, f"{unknown}.", valid_values=unknown.valid) from None
    if read is None:
        raise _no_such_url()
    return read


def _query(scope: Scope) -> str:
    query: bytes = scope["query_string"]
    if len(query) > _LONGEST_QUERY:
        raise Problem(problems.URL_TOO_LONG, f"A query has at most {_LONGEST_QUERY} bytes.")
    return query.decode("latin-1")


def _no_such_url() -> Problem:
    return Problem(problems.NOT_FOUND, "No picture has a URL like this.")


def _require_reading(scope: Scope) -> None:
    if scope["method"] not in ("GET", "HEAD"):
        detail = "A picture can only be read."
        raise Problem(problems.METHOD_NOT_ALLOWED, detail, headers={"Allow": "GET, HEAD"})


def _part(sent: dict[bytes, str], answer: Answer) -> Part | None:
    """The part of the file that is asked for, if not all of it. Problem: there is no such part."""
    if b"range" not in sent:
        return None
    length = answer.variant.bytes
    try:
        return part_asked(sent[b"range"], sent.get(b"if-range"), answer.variant.sha256, length)
    except NotSatisfiable:
        whole = {"Content-Range": f"bytes */{length}"}
        raise Problem(problems.RANGE, f"The file has {length} bytes.", headers=whole) from None


def _length(number: int) -> tuple[bytes, bytes]:
    return b"content-length", str(number).encode()
