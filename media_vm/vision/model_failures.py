"""What a model's provider says when it does not answer, in the project's own words.

Only statuses and stable codes are read. What a provider writes is never passed on: it repeats keys.
"""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any, Final

from media_vm.errors import Misconfigured, ProviderDown, StepFailed, TooSlow, TryAgain
from media_vm.rules.findings import Provider

LONGEST_RETRY_AFTER: Final = timedelta(days=1)
_FORMAT: Final = re.compile(
    r"response_format|json_schema|json_object|json[ _-]?mode|structured[ _-]?output|text\.format|invalid[ _]format"
    r"|\bgrammar\b|\bschema\b",
    re.IGNORECASE,
)
# OpenRouter's 404 when no endpoint takes every parameter, asked for as we do with `require_parameters`.
_PARAMETERS: Final = re.compile(r"requested parameters", re.IGNORECASE)
# What a policy of theirs forbids, said of the picture or of what stands in it.
_REFUSALS: Final = re.compile(
    r"content_policy|content_filter|policy_violation|moderation|invalid_prompt|bio_policy"
)
# Codes of an error within an answer, as statuses; any other is about this very request (SDK's `ResponseError`).
_STATUSES: Final = {
    "server_error": 500,
    "api_error": 500,
    "rate_limit_exceeded": 429,
    "invalid_api_key": 401,
    "model_not_found": 404,
}
_NO_CREDIT: Final = ("insufficient_quota", "billing_hard_limit_reached", "insufficient_credits")


class FormatRefused(Exception):
    """The endpoint does not know this way of asking for JSON: step down the ladder."""


def status_failure(
    provider: Provider, model: str, status: int, body: object, retry_after: timedelta | None
) -> StepFailed | FormatRefused:
    """What an HTTP status that is no success means; body: the answer's JSON, or None."""
    said, code = _said(body)
    if status < 500 and status != 429 and (_REFUSALS.search(code) or (status == 403 and _is_moderated(body))):
        return TryAgain("refused", f"{provider} refuses this picture ({status})")
    if status in (400, 422) and _FORMAT.search(said):
        return FormatRefused()
    if status == 404 and provider is Provider.OPENROUTER and _PARAMETERS.search(said):
        return FormatRefused()
    if status == 402 or code in _NO_CREDIT:
        return ProviderDown("no_credit", f"{provider} has no credit left: top it up", retry_after=retry_after)
    if status in (401, 403):
        return Misconfigured("key_refused", f"{provider} answers {status}: check its key and what it may do")
    if status == 404 or code == "model_not_found":
        return Misconfigured(
            "model_unknown",
            f"{provider} answers {status} for the model {model!r}: check MEDIA_VM_VISION_MODEL and the base URL",
        )
    return _passing(provider, status, retry_after)


def _passing(provider: Provider, status: int, retry_after: timedelta | None) -> StepFailed:
    """Statuses that say nothing of keys, models or formats."""
    if status == 429:
        return ProviderDown("busy", f"{provider} answers {status}", retry_after=retry_after)
    if status >= 500:
        return ProviderDown("unavailable", f"{provider} answers {status}", retry_after=retry_after)
    if status == 408:
        return TooSlow("too_slow", f"{provider} answers {status}")
    if 300 <= status < 400:
        return Misconfigured(
            "redirected", f"{provider} answers {status}; our key follows no redirect: correct the base URL"
        )
    return TryAgain("request_refused", f"{provider} answers {status}")


def retry_after_of(header: str) -> timedelta | None:
    """The Retry-After header in its seconds form, at most a day."""
    text = header.strip()
    if not text.isascii() or not text.isdigit() or len(text) > 9:
        return None
    return min(timedelta(seconds=int(text)), LONGEST_RETRY_AFTER)


def error_in(body: dict[str, Any]) -> int | None:
    """The status of an error that came with 200, as OpenRouter's when its upstream failed and OpenAI's of a
    picture that it does not take; None: no error."""
    error = body.get("error")
    if not error or body.get("choices") or (body.get("output") and body.get("status") != "failed"):
        return None
    code = error.get("code") if isinstance(error, dict) else None
    if isinstance(code, int):
        return code if 300 <= code < 600 else 500
    otherwise = 400 if code and isinstance(code, str) else 500  # who names none did not look at the request
    return _STATUSES.get(_said(body)[1], otherwise)


def _is_moderated(body: object) -> bool:
    """OpenRouter's 403 for what was sent, which says why; that for a key does not."""
    error = body.get("error") if isinstance(body, dict) else None
    metadata = error.get("metadata") if isinstance(error, dict) else None
    return isinstance(metadata, dict) and ("reasons" in metadata or "flagged_input" in metadata)


def _said(body: object) -> tuple[str, str]:
    """All that an error's body says, for matching alone, and its code."""
    error = body.get("error", body) if isinstance(body, dict) else body
    if not isinstance(error, dict):
        return str(error)[:4_000] if isinstance(error, str) else "", ""
    said = " ".join(str(error.get(name, ""))[:4_000] for name in ("message", "param", "type", "code", "detail"))
    return said, str(error.get("code") or error.get("type") or "")[:100]
