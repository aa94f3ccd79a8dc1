"""Do the main API and our own address answer as they should? Exchanges in, lines out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Final
from urllib.parse import urlsplit

from media_vm.rules.checkup import Line, ok, problem, warning
from media_vm.rules.endpoints import leads_here

RENEWED_BEFORE: Final = timedelta(days=14)
"""Of a certificate's end. Let's Encrypt's clients renew a month before it; who is later has something broken."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """One answer. headers: by lower-case names. body: at most as much as was asked for. is_cut: there was more.
    certificate_until: when that of the other side expires; None without TLS."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    is_cut: bool = False
    certificate_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Unanswered:
    """Nobody answered. why: a sentence without an address or a key."""

    why: str


Answered = Exchange | Unanswered


def lines_of_main_api(answer: Answered, *, bad: Sequence[str] | None, url: str) -> Iterator[Line]:
    """Of `GET /api/media/pending/all`. bad: what is wrong with entries of its list; None: it is no list."""
    what = "main API"
    if isinstance(answer, Unanswered):
        yield problem(what, answer.why, "start the main API, and check MAIN_API_URL, DNS and the firewall")
        return
    yield _main_api(what, answer, bad)
    if url.startswith("http://") and not leads_here(url):
        yield warning(
            "main API: TLS", "MAIN_API_URL is plain http: the key can be read on the way", "use an https:// URL"
        )


def _main_api(what: str, answer: Exchange, bad: Sequence[str] | None) -> Line:
    status = answer.status
    if status in (401, 403):
        return problem(
            what,
            f"it refuses our key ({status})",
            "set MAIN_API_KEY to the key that the main API knows media VM by",
        )
    if status == 404:
        return problem(
            what, "it has no /api/media/pending/all (404)", "check MAIN_API_URL: it is the part before /api/media"
        )
    if status != 200:
        return problem(what, f"it answers {status} to its pending list", "see the main API's own log")
    if bad is None:
        remedy = (
            "check MAIN_API_URL: a proxy, or another service, may answer there; `media-vm contract-test` says more"
        )
        return problem(what, "what it answers is no pending list", remedy)
    if bad:
        more = f" (and {len(bad) - 1} more)" if len(bad) > 1 else ""
        return warning(
            what,
            f"our key is accepted; an entry is skipped: {bad[0]}{more}",
            "correct these entries in the main API",
        )
    return ok(what, "it answers and accepts our key")


def lines_of_public_url(livez: Answered, url: str) -> Iterator[Line]:
    """Of `GET {MEDIA_BACKEND_URL}/livez`."""
    what = "MEDIA_BACKEND_URL"
    is_here, scheme = leads_here(url), urlsplit(url).scheme
    if isinstance(livez, Unanswered):
        yield problem(
            what, f"{url}: {livez.why}", "start `media-vm serve`, and check nginx, DNS and the certificate"
        )
    elif 300 <= livez.status < 400:
        yield problem(
            what,
            f"{url} redirects ({livez.status})",
            "set MEDIA_BACKEND_URL to where the redirect leads: browsers would pay it a picture",
        )
    elif livez.status != 200 or b'"status"' not in livez.body:
        yield problem(
            what,
            f"{url}/livez answers {livez.status}, and not as media VM does",
            "set MEDIA_BACKEND_URL to where `serve` is reached",
        )
    else:
        yield ok(what, f"{url} is answered by serve")
    if is_here:
        yield warning(
            f"{what}: reach",
            f"{url} is for this machine alone: no browser elsewhere opens it",
            "set MEDIA_BACKEND_URL to the public https:// address",
        )
    elif scheme != "https":
        yield warning(
            f"{what}: TLS",
            f"{url} is plain http: pages on https do not show its pictures",
            "set up TLS in front (deploy/nginx) and use an https:// URL",
        )
    else:
        yield ok(f"{what}: TLS", "https")


def line_of_certificate(until: datetime, now: datetime) -> Line:
    """Of the main API. The day after its last one no poll, no file and no callback gets through."""
    what, left = "main API: certificate", until - now
    seen = f"valid until {until:%Y-%m-%d}, {left.days} more days"
    if left >= RENEWED_BEFORE:
        return ok(what, seen)
    return warning(what, seen, "renew it at the main API (certbot renew), and see why nothing renews it by itself")


def certificate_of(answer: Answered) -> datetime | None:
    """Until when it is valid; None where there is none."""
    return answer.certificate_until if isinstance(answer, Exchange) else None


def date_of(answer: Answered) -> datetime | None:
    """The Date header; None where there is none that can be read."""
    text = answer.headers.get("date", "") if isinstance(answer, Exchange) else ""
    try:
        told = parsedate_to_datetime(text)
    except (ValueError, TypeError, OverflowError):
        return None
    return told.replace(tzinfo=UTC) if told.tzinfo is None else told
