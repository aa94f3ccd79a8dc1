"""Foreign HTTP errors in the project's own words, translated once, at the border."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import httpx

from media_vm.errors import Misconfigured, ProviderDown, StepFailed, TooSlow, TryAgain

LONGEST_RETRY_AFTER = timedelta(days=1)


def answered(status: int) -> bool:
    """Is an event with this answer told for good? (contract §5.6)"""
    return 200 <= status < 300 or status in (404, 409, 410)


def may_be_ours(content_type: str, content: bytes) -> bool:
    """Can this be what the main API says to an event? Nothing, JSON or a plain word; no page, picture, archive."""
    text = content.strip()
    if content_type.partition(";")[0].strip().lower() == "application/json" and text:
        return _is_json(text)
    return not text.startswith(b"<") and b"\x00" not in text and _is_text(text)


def _is_json(text: bytes) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def _is_text(text: bytes) -> bool:
    try:
        text.decode()
    except UnicodeDecodeError:
        return False
    return True


def failure_of(response: httpx.Response, who: str) -> StepFailed:
    """What a status that is no success means, said by a party that everyone depends on."""
    status = response.status_code
    if status in (401, 403):
        return Misconfigured("key_refused", f"{who} answers {status}: check MAIN_API_KEY")
    if status == 429 or status == 503:
        return ProviderDown("busy", f"{who} answers {status}", retry_after=retry_after_of(response))
    if 300 <= status < 400:
        return TryAgain("redirected", f"{who} answers {status}; redirects are not followed with our key")
    return TryAgain("refused", f"{who} answers {status}")


def retry_after_of(response: httpx.Response) -> timedelta | None:
    """The Retry-After header in its seconds form, at most a day; dates are rare and not worth a clock."""
    text = response.headers.get("Retry-After", "")
    if not text.isascii() or not text.isdigit() or len(text) > 9:
        return None
    return min(timedelta(seconds=int(text)), LONGEST_RETRY_AFTER)


@contextmanager
def translated(who: str) -> Iterator[None]:
    """Transport errors: nobody there is an outage, a transfer that broke off is the item's own trouble."""
    try:
        yield
    except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
        raise ProviderDown("unreachable", f"{who} cannot be reached ({type(error).__name__})") from error
    except httpx.TimeoutException as error:
        raise TooSlow("too_slow", f"{who} stopped answering ({type(error).__name__})") from error
    except (httpx.TransportError, httpx.InvalidURL, httpx.DecodingError) as error:
        raise TryAgain("cut_off", f"the exchange with {who} broke off ({type(error).__name__})") from error
