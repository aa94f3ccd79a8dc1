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
    """What every problem of a kind has in common. meaning, remedy: what its page tells people, and has them do."""

    slug: str
    status: int
    title: str
    meaning: str
    remedy: str


UNKNOWN_VALUE = ProblemType(
    *("unknown-value", 400, "Unknown parameter value"),
    "A parameter of the URL, such as `size`, `format` or `bg`, has a value that does not exist.",
    "Use one of the values listed in `valid_values`.",
)
MALFORMED = ProblemType(
    *("malformed", 400, "The request could not be read"),
    "What arrived is no well-formed request, or its body no JSON that could be read.",
    "Send a well-formed request. If a program sent it, its log may tell more.",
)
UNAUTHORIZED = ProblemType(
    *("unauthorized", 401, "Wrong or missing key"),
    "This is for programs that have this service's key. The key was missing, or it was another one.",
    "Send `Authorization: Bearer` with this service's API key. Once it is changed, both sides need the new one.",
)
NOT_SIGNED = ProblemType(
    *("not-signed", 403, "No valid signature"),
    "Pictures are shown here by signed addresses alone. This one is not signed, was altered, or its time is over.",
    "Load the page again that shows the picture, or ask whoever gave you the address for a fresh one.",
)
NOT_FOUND = ProblemType(
    *("not-found", 404, "Not found"),
    "Nothing was ever at this address.",
    "Check the address: the number of the picture, and how the rest is spelled.",
)
NOT_READY = ProblemType(
    *("not-ready", 404, "Not ready yet"),
    "The picture arrived and is waiting for its turn, or is being worked on at this moment.",
    "Ask again after `Retry-After` seconds.",
)
METHOD_NOT_ALLOWED = ProblemType(
    *("method-not-allowed", 405, "Method not allowed"),
    "This address cannot be used in this way: a picture, for one, can only be read.",
    "Use one of the methods in the `Allow` header.",
)
CONFLICT = ProblemType(
    *("conflict", 409, "No longer possible"),
    "The picture is finished, or what it was made from is not kept any more.",
    "Upload the picture again.",
)
NO_LOGO = ProblemType(
    *("no-logo", 409, "Not a logo"),
    "Only logos have a face without background that one could choose.",
    "Ask this of logos alone.",
)
GONE = ProblemType(
    *("gone", 410, "Gone for good"),
    "The picture was deleted, or could not be processed. It will not come back under this address.",
    "Take the picture out of your page, or upload it again.",
)
TOO_LARGE = ProblemType(
    *("too-large", 413, "Request body too large"),
    "More was sent than any call of this service needs.",
    "Send fewer ids at a time.",
)
URL_TOO_LONG = ProblemType(
    *("url-too-long", 414, "URL too long"),
    "The part of the address behind the question mark is longer than any that makes sense here.",
    "Send only `size`, `format`, `bg` and `v`, and a signature where there is one.",
)
RANGE = ProblemType(
    *("range-not-satisfiable", 416, "Range not satisfiable"),
    "A part of the picture's file was asked for that lies behind its end.",
    "Ask for bytes below the length in `Content-Range`.",
)
INVALID = ProblemType(
    *("invalid", 422, "Invalid request"),
    "The request could be read, but something in it is missing, unknown or out of its limits.",
    "Correct what `detail` names; `/docs` says what is expected.",
)
TOO_MANY_REQUESTS = ProblemType(  # said by nginx too: deploy/nginx/
    *("too-many-requests", 429, "Too many requests"),
    "More came from this address, or with this key, than is taken in a minute; or too much with a wrong key.",
    "Ask again after `Retry-After` seconds, and fewer at once. Whoever runs this service can set the limits.",
)
INTERNAL = ProblemType(
    *("internal", 500, "Internal error"),
    "Something went wrong here that should not have. It is not your request's fault.",
    "Report it with its `request_id`.",
)
UNAVAILABLE = ProblemType(
    *("unavailable", 503, "Briefly unavailable"),
    "The database does not answer at the moment, or the picture's file is not there: another has just taken its "
    "place, or its disk is away.",
    "Ask again after `Retry-After` seconds.",
)
NOT_SET_UP = ProblemType(
    *("not-set-up", 503, "Not set up"),
    "This service lacks something that only its operator can give it.",
    "The operator has to do what `detail` says.",
)

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
