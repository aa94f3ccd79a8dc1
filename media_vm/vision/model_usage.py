"""What a call used, read from an answer in either dialect; what it does not say plainly is unknown, not nought."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Any, Final

_MOST_TOKENS: Final = 100_000_000
_MOST_USD: Final = 10_000.0
_REQUEST_ID: Final = re.compile(r"[A-Za-z0-9_.:\-]{1,100}")


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens in (cached ones among them), out (reasoning among them), and dollars where the provider says."""

    tokens_in: int | None = None
    tokens_cached: int | None = None
    tokens_out: int | None = None
    tokens_reasoning: int | None = None
    cost_usd: float | None = None


def usage_of(body: dict[str, Any]) -> Usage:
    """Of an answer's `usage`, by the names of `responses` or of chat completions."""
    used = _within(body, "usage")
    details_in = _within(used, "input_tokens_details") or _within(used, "prompt_tokens_details")
    details_out = _within(used, "output_tokens_details") or _within(used, "completion_tokens_details")
    return Usage(
        tokens_in=_count(used.get("input_tokens", used.get("prompt_tokens"))),
        tokens_cached=_count(details_in.get("cached_tokens")),
        tokens_out=_count(used.get("output_tokens", used.get("completion_tokens"))),
        tokens_reasoning=_count(details_out.get("reasoning_tokens")),
        cost_usd=_dollars(used.get("cost")),
    )


def request_id_of(*candidates: object) -> str | None:
    """The first that looks like one."""
    for one in candidates:
        if isinstance(one, str) and _REQUEST_ID.fullmatch(one):
            return one
    return None


def _within(body: dict[str, Any], name: str) -> dict[str, Any]:
    inner = body.get(name)
    return inner if isinstance(inner, dict) else {}


def _count(number: object) -> int | None:
    if isinstance(number, bool) or not isinstance(number, int) or not 0 <= number <= _MOST_TOKENS:
        return None
    return number


def _dollars(number: object) -> float | None:
    if isinstance(number, bool) or not isinstance(number, int | float):
        return None
    if isinstance(number, float) and not math.isfinite(number):
        return None
    return float(number) if 0 <= number <= _MOST_USD else None
