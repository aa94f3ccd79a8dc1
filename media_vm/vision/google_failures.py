"""What Google Vision's refusals mean for a picture (contract §5.3), by the canonical codes that both of its
transports share. No text of Google's goes into ours: it may name projects, keys or addresses.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from media_vm.errors import GiveUp, Misconfigured, ProviderDown, StepFailed, TooSlow, TryAgain

LONGEST_RETRY_AFTER: Final = timedelta(days=1)

_CODES: Final[Mapping[str, tuple[type[StepFailed], str, str]]] = {
    "INVALID_ARGUMENT": (GiveUp, "provider_refused_image", "Google Vision does not take this picture"),
    "OUT_OF_RANGE": (GiveUp, "provider_refused_image", "Google Vision does not take this picture"),
    "UNAUTHENTICATED": (Misconfigured, "key_refused", "Google Vision refuses our key"),
    "PERMISSION_DENIED": (Misconfigured, "key_refused", "our key may not use Google Vision"),
    "FAILED_PRECONDITION": (Misconfigured, "not_enabled", "Google Vision is not enabled for our project"),
    "NOT_FOUND": (Misconfigured, "wrong_endpoint", "there is no Google Vision at the endpoint that is set"),
    "UNIMPLEMENTED": (Misconfigured, "wrong_endpoint", "there is no Google Vision at the endpoint that is set"),
    "RESOURCE_EXHAUSTED": (ProviderDown, "rate_limited", "Google Vision's rate or quota is used up"),
    "UNAVAILABLE": (ProviderDown, "unavailable", "Google Vision is not available"),
    "CANCELLED": (ProviderDown, "unavailable", "Google Vision broke off the call"),
    "DEADLINE_EXCEEDED": (TooSlow, "too_slow", "Google Vision did not answer in time"),
}
_IMAGE_CODES: Final[Mapping[int, tuple[type[StepFailed], str, str]]] = {
    3: (GiveUp, "provider_refused_image", "Google Vision does not take this picture"),
    4: (TooSlow, "image_too_slow", "Google Vision did not finish this picture in time"),
    8: (ProviderDown, "rate_limited", "Google Vision's rate or quota is used up"),
    14: (ProviderDown, "image_unavailable", "Google Vision could not look at this picture now"),
}

_NEVER_RAN: Final = frozenset(
    {
        "key_refused", "not_enabled", "wrong_endpoint", "no_credentials", "rate_limited", "unavailable",
        "unreachable", "provider_refused_image", "image_unavailable", "image_too_slow", "image_failed",
        "provider_failed", "refused",
    }
)  # fmt: skip


def failure(code: str, *, cause: str | None = None, retry_after: timedelta | None = None) -> StepFailed:
    """What a whole call's refusal means. code: as `UNAVAILABLE`. cause: ErrorInfo's reason, where one came.

    A wrong key answers INVALID_ARGUMENT, as a bad picture does; the cause alone tells them apart.
    """
    if code == "INVALID_ARGUMENT" and cause is not None and cause.startswith("API_KEY"):
        return Misconfigured("key_refused", "Google Vision does not know our key")
    kind, reason, detail = _CODES.get(code, (ProviderDown, "provider_failed", "Google Vision failed"))
    return kind(reason, f"{detail} ({_named(code)})", retry_after=_bounded(retry_after))


def image_failure(code: int) -> StepFailed:
    """What the refusal of one picture means, in an answer that is right otherwise. code: google.rpc's number."""
    if code in (7, 16):
        return failure("PERMISSION_DENIED")
    kind, reason, detail = _IMAGE_CODES.get(
        code, (TryAgain, "image_failed", "Google Vision failed on this picture")
    )
    return kind(reason, f"{detail} (code {code})")


def unreachable() -> StepFailed:
    """Nobody there."""
    return ProviderDown("unreachable", "Google Vision cannot be reached")


def cut_off() -> StepFailed:
    """The connection ended before the answer did."""
    return ProviderDown("hung_up", "the connection to Google Vision broke off before it had answered")


def too_slow() -> StepFailed:
    """No whole answer within the time that a call has."""
    return failure("DEADLINE_EXCEEDED")


def too_long(limit: int) -> StepFailed:
    """More than is read of an answer."""
    return TryAgain("answer_too_long", f"Google Vision's answer is longer than {limit} bytes")


def not_the_api(what: str) -> StepFailed:
    """Something answered that is not Google Vision: a page of a proxy, another service, nonsense."""
    return ProviderDown("not_the_api", f"what answers is not Google Vision: {what}")


def no_credentials() -> StepFailed:
    """There is no key, no file and nothing in the environment, or the file is none."""
    return Misconfigured(
        "no_credentials", "no credentials for Google Vision: set a key or a service account's file"
    )


def may_be_billed(reason: str) -> bool:
    """Could Google have done the work before the call failed? Not when it refused it or was not reached."""
    return reason not in _NEVER_RAN


def is_worth_another_try(failed: StepFailed) -> bool:
    """At once and once: a connection that an idle time closed, a server that is just being replaced."""
    return failed.reason in ("unavailable", "unreachable", "hung_up") and failed.retry_after is None


def _named(code: str) -> str:
    return code if code.isascii() and len(code) < 30 and code.replace("_", "").isalnum() else "unknown code"


def _bounded(retry_after: timedelta | None) -> timedelta | None:
    if retry_after is None or retry_after < timedelta(0):
        return None
    return min(retry_after, LONGEST_RETRY_AFTER)
