"""What is wrong with an answer, whatever was asked: the promises of contract §8 that hold for every one."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from typing import Any

from media_vm.rules.pictures import Format
from serve.problems import MEDIA_TYPE, PROBLEM_TYPES
from tests.fuzz.exchange import Answer

_PICTURE = re.compile(rb"/(?:serve|api/images)/")
_MANIFEST = re.compile(rb"/manifest\.json(?:\?|\Z)")
_NEGOTIATED = re.compile(rb"/(?:serve|api/images)/[1-9][0-9]*(?:\?(?![^#]*(?:format|%)).*)?", re.DOTALL)
_FALLBACK_SECONDS = 60
_TYPES = {kept.media_type for kept in Format}
_KEPT_FOR = re.compile(r"(?:public|private), max-age=(?:[0-9]{1,7}|[12][0-9]{7}|3[01][0-9]{6})(?:, immutable)?")
_MADE_BY_THE_SERVER = (0, 400, 405, 408, 413, 414, 417, 431, 501, 505)
_EXPECTED = frozenset((200, 202, 204, 206, 304, 400, 401, 403, 404, 405, 409, 410, 413, 414, 416, 422, 429, 503))
_SAID_IN_ERRORS = re.compile(
    r"Traceback|site-packages|sqlalchemy|pymysql|sqlite3|\bSELECT\b|\bUPDATE\b.*\bSET\b|\bINSERT INTO\b|"
    r"\.py\b|library/"
)


def faults(answer: Answer, request: bytes, secrets: Sequence[str], *, by_socket: bool = False) -> list[str]:
    """Each as a sentence. request: all of it, for what it says itself is no secret told.

    by_socket: the server itself refuses what is no HTTP, by a status without a word.
    """
    if (
        by_socket
        and answer.status in _MADE_BY_THE_SERVER
        and not answer.body
        and not answer.header("content-type")
    ):
        return []
    if answer.status not in _EXPECTED:
        return [f"status {answer.status}"]
    found = [f"{name} is said twice" for name in _twice(answer)]
    if answer.header("x-request-id") is None:
        found.append("no X-Request-ID")
    if answer.header("x-content-type-options") != "nosniff":
        found.append("no nosniff")
    shown = " ".join(f"{name}: {value}" for name, value in answer.headers) + answer.body.decode("latin-1")
    found += ["a secret is told" for secret in secrets if secret in shown and secret.encode() not in request]
    target = request.split(b" ", 2)[1] if request.count(b" ") > 1 else b""
    if answer.status >= 400:
        return found + list(_of_a_problem(answer, request))
    if _MANIFEST.search(target) and _PICTURE.search(target):
        return found + list(_of_a_manifest(answer))
    if _PICTURE.search(target) and answer.header("etag"):
        return found + list(_of_a_picture(answer, target, is_head=request.startswith(b"HEAD")))
    return found + ([] if answer.header("cache-control") else ["no Cache-Control"])


def _twice(answer: Answer) -> list[str]:
    names = [name for name, _ in answer.headers]
    return sorted({name for name in names if names.count(name) > 1})


def _of_a_problem(answer: Answer, request: bytes) -> Iterator[str]:
    if answer.header("cache-control") != "no-store":
        yield "an error that may be kept"
    if answer.header("content-type") != MEDIA_TYPE:
        yield f"an error as {answer.header('content-type')}"
        return
    if answer.status == 429 and answer.header("retry-after") is None:
        yield "no Retry-After"
    if not answer.body:
        if not request.startswith(b"HEAD"):
            yield "an error without a word"
        return
    said: dict[str, Any] = json.loads(answer.body)
    kind = PROBLEM_TYPES.get(str(said["type"]).rsplit("/problems/", 1)[-1])
    if (
        kind is None
        or (kind.status, kind.title) != (said["status"], said["title"])
        or kind.status != answer.status
    ):
        yield f"a problem that has no page, or another: {said}"
    if said["request_id"] != answer.header("x-request-id") or not said["detail"]:
        yield "a problem without its id or a word"
    leak = _SAID_IN_ERRORS.search(f"{said['detail']} {said.get('valid_values')}")
    if leak and leak[0].encode() not in request:
        yield f"an error that tells {leak[0]!r}"


def _of_a_manifest(answer: Answer) -> Iterator[str]:
    if not answer.header("etag") or not _KEPT_FOR.fullmatch(answer.header("cache-control") or ""):
        yield "a manifest without ETag or Cache-Control"
    if answer.status == 200 and answer.header("content-type") != "application/json":
        yield "a manifest that is no JSON"
    if answer.status == 200 and answer.body and not json.loads(answer.body)["variants"]:
        yield "a manifest of nothing"


def _of_a_picture(answer: Answer, target: bytes, *, is_head: bool) -> Iterator[str]:
    if not re.fullmatch(r'"[0-9a-f]{64}"', answer.header("etag") or ""):
        yield "an ETag that is not strong"
    kept_for = answer.header("cache-control") or ""
    if not _KEPT_FOR.fullmatch(kept_for):
        yield f"Cache-Control {kept_for!r}"
    fallback = answer.header("media-fallback")
    if fallback and (fallback not in ("size", "bg") or int(kept_for.split("=")[-1]) > _FALLBACK_SECONDS):
        yield f"Media-Fallback {fallback!r} with {kept_for!r}"
    yield from _of_variety(answer, target)
    for name in ("cache-tag", "timing-allow-origin", "cross-origin-resource-policy", "server-timing"):
        if answer.header(name) is None:
            yield f"no {name}"
    if answer.status == 304:
        if answer.body or answer.header("content-length"):
            yield "a 304 with a body"
        return
    yield from _of_content(answer, is_head=is_head)


def _of_variety(answer: Answer, target: bytes) -> Iterator[str]:
    vary = re.split(r",\s*", answer.header("vary") or "")
    if _NEGOTIATED.fullmatch(target) and "Accept" not in vary:
        yield "a negotiated answer without Vary: Accept"
    if "Origin" not in vary and answer.header("access-control-allow-origin") != "*":
        yield "neither open to every origin nor varying by it"


def _of_content(answer: Answer, *, is_head: bool) -> Iterator[str]:
    if answer.header("content-type") not in _TYPES:
        yield f"a picture as {answer.header('content-type')}"
    if not re.fullmatch(r'inline; filename="[\w.-]+"', answer.header("content-disposition") or "", re.ASCII):
        yield f"Content-Disposition {answer.header('content-disposition')!r}"
    if answer.header("accept-ranges") != "bytes":
        yield "no Accept-Ranges"
    length = int(answer.header("content-length") or -1)
    if not is_head and length != len(answer.body):
        yield f"{len(answer.body)} bytes where {length} are said"
    if answer.status == 206:
        first, last, whole = map(int, re.findall(r"[0-9]+", answer.header("content-range") or "0 0 0"))
        if not first <= last < whole or last - first + 1 != length:
            yield f"Content-Range {answer.header('content-range')!r} of {length} bytes"
