"""Every error that this service answers, as RFC 9457 problem details: one type, one page, one title."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from starlette.responses import Response
from starlette.types import Scope

MEDIA_TYPE = "application/problem+json"


@dataclass(frozen=True, slots=True)
class ProblemType:
    """What every problem of a kind has in common; remedy: what its page tells the reader to do."""

    slug: str
    status: int
    title: str
    remedy: str


UNKNOWN_VALUE = ProblemType(
    "unknown-value", 400, "Unknown parameter value", "Use one of the values listed in `valid_values`."
)
MALFORMED = ProblemType("malformed", 400, "The request could not be read", "Send a well-formed request.")
UNAUTHORIZED = ProblemType(
    "unauthorized", 401, "Wrong or missing key", "Send `Authorization: Bearer` with this service's API key."
)
NOT_SIGNED = ProblemType("not-signed", 403, "No valid signature", "Ask whoever gave you this URL for a fresh one.")
NOT_FOUND = ProblemType("not-found", 404, "Not found", "Check the URL: nothing was ever here.")
NOT_READY = ProblemType("not-ready", 404, "Not ready yet", "Ask again after `Retry-After` seconds.")
METHOD_NOT_ALLOWED = ProblemType(
    "method-not-allowed", 405, "Method not allowed", "Use one of the methods in the `Allow` header."
)
CONFLICT = ProblemType("conflict", 409, "No fresh round is possible", "Upload the picture again.")
NO_LOGO = ProblemType("no-logo", 409, "Not a logo", "Ask this of logos alone.")
GONE = ProblemType("gone", 410, "Gone for good", "Take the picture out of your page, or upload it again.")
TOO_LARGE = ProblemType("too-large", 413, "Request body too large", "Send fewer ids at a time.")
URL_TOO_LONG = ProblemType("url-too-long", 414, "URL too long", "Send only size, format, bg and v.")
RANGE = ProblemType(
    "range-not-satisfiable", 416, "Range not satisfiable", "Ask for bytes below the length in `Content-Range`."
)
INVALID = ProblemType("invalid", 422, "Invalid request", "Correct what `detail` names; see /docs.")
TOO_MANY_REQUESTS = ProblemType(  # said by nginx: deploy/nginx/
    "too-many-requests", 429, "Too many requests", "Ask again after `Retry-After` seconds, and fewer at once."
)
INTERNAL = ProblemType("internal", 500, "Internal error", "Report it with its `request_id`.")
UNAVAILABLE = ProblemType("unavailable", 503, "Briefly unavailable", "Ask again after `Retry-After` seconds.")
NOT_SET_UP = ProblemType("not-set-up", 503, "Not set up", "The operator has to do what `detail` says.")

PROBLEM_TYPES = {
    kind.slug: kind
    for kind in (
        *(UNKNOWN_VALUE, MALFORMED, UNAUTHORIZED, NOT_SIGNED, NOT_FOUND, NOT_READY, METHOD_NOT_ALLOWED, CONFLICT),
        *(NO_LOGO, TOO_MANY_REQUESTS),
        *(GONE, TOO_LARGE, URL_TOO_LONG, RANGE, INVALID, INTERNAL, UNAVAILABLE, NOT_SET_UP),
    )
}


class Problem(Exception):
    """One error on its way to the client. detail: a sentence for a person, never a path, a key or SQL."""

    def __init__(
        self,
        kind: ProblemType,
        detail: str,
        *,
        retry_after_seconds: int | None = None,
        valid_values: tuple[str, ...] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(kind.slug, detail)
        self.kind = kind
        self.detail = detail
        self.retry_after_seconds = retry_after_seconds
        self.valid_values = valid_values
        self.headers = dict(headers or {})


def answer(problem: Problem, scope: Scope, base_url: str) -> Response:
    """The response to send: its type is a page under base_url. The server itself drops the body on HEAD."""
    headers = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", **problem.headers}
    if problem.retry_after_seconds is not None:
        headers["Retry-After"] = str(problem.retry_after_seconds)
    body = json.dumps(_members(problem, scope, base_url)).encode()
    return Response(body, problem.kind.status, headers, MEDIA_TYPE)


def _members(problem: Problem, scope: Scope, base_url: str) -> dict[str, object]:
    members: dict[str, object] = {
        "type": f"{base_url.rstrip('/')}/problems/{problem.kind.slug}",
        "title": problem.kind.title,
        "status": problem.kind.status,
        "detail": problem.detail,
        "request_id": scope["state"]["request_id"],
    }
    if problem.valid_values:
        members["valid_values"] = problem.valid_values
    if problem.retry_after_seconds is not None:
        members["retry_after_seconds"] = problem.retry_after_seconds
    return members
