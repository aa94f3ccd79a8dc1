"""JSON from outside: whole answers of servers, and the object that a model hid in prose."""

from __future__ import annotations

import json
import re
from typing import Any, Final

_READ_AT_MOST: Final = 100_000  # characters; the longest answer that is asked for has about 16,000
_THOUGHT: Final = re.compile(r"<(/?)think(?:ing)?>", re.IGNORECASE)
_FENCE: Final = "```"
_TRIED_AT_MOST: Final = 40  # braces in prose at which an object may begin


def body_of(raw: bytes) -> dict[str, Any] | None:
    """A server's answer as an object; None: it is none. NaN and infinities are null."""
    try:
        value = json.loads(raw, parse_constant=_unknown, parse_int=_bounded)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def object_in(text: str) -> dict[str, Any] | None:
    """The largest JSON object in a model's text: fences, thoughts and prose around it do not matter."""
    plain = _without_thoughts(text[:_READ_AT_MOST])
    decoder = json.JSONDecoder(parse_constant=_unknown, parse_int=_bounded)
    for candidate in (*plain.split(_FENCE)[1::2], plain):
        if (found := _largest_object(decoder, candidate)) is not None:
            return found
    return None


def _without_thoughts(text: str) -> str:
    """From each opening tag to the next closing one, in one pass: one pattern looks far ahead at each."""
    kept: list[str] = []
    at, opened = 0, None
    for tag in _THOUGHT.finditer(text):
        if not tag[1]:
            opened = tag.start() if opened is None else opened
        elif opened is not None:
            kept.append(text[at:opened])
            at, opened = tag.end(), None
    return " ".join((*kept, text[at:]))


def _largest_object(decoder: json.JSONDecoder, text: str) -> dict[str, Any] | None:
    best: dict[str, Any] | None = None
    longest = at = tried = 0
    while (at := text.find("{", at)) >= 0 and tried < _TRIED_AT_MOST:
        tried += 1
        try:
            value, ends = decoder.raw_decode(text, at)
        except (ValueError, RecursionError):
            at += 1
            continue
        if isinstance(value, dict) and ends - at > longest:
            best, longest = value, ends - at
        at = ends
    return best


def _unknown(_: str) -> None:
    """NaN and infinities are no numbers."""


def _bounded(digits: str) -> int | None:
    """Python refuses to read thousands of digits, and no number of ours has more than these."""
    return int(digits) if len(digits) < 20 else None
