"""A provider's whole answer, kept for whoever wants to look: as JSON that every database takes."""

from __future__ import annotations

import json
from typing import Any

_MOST = 1_000_000  # characters; a database's largest packet is 16 MB by default
_DEEPEST = 30  # MariaDB's JSON goes 32 levels deep


def compact(raw: str) -> str:
    """The same JSON in its shortest form; what is none, too long or too deep is kept as one JSON string of its
    beginning."""
    try:
        answer = json.loads(raw) if len(raw) <= _MOST else None
        if answer is not None and _depth(answer) <= _DEEPEST:  # a null would be the column's NULL
            return as_text(answer)
    except (ValueError, RecursionError):
        pass  # no JSON, NaN, a number of a million digits
    return as_text(raw[:_MOST])


def as_text(answer: Any) -> str:
    """ValueError on NaN. Half a surrogate pair, which MariaDB refuses even escaped, becomes a question mark."""
    text = json.dumps(answer, separators=(",", ":"), allow_nan=False, ensure_ascii=False)
    return text.encode("utf-8", "replace").decode()


def _depth(answer: Any) -> int:
    """How many levels, counted no further than is needed to know that they are too many."""
    level, depth = [answer], 0
    while level and depth <= _DEEPEST:
        depth += 1
        lists = [one.values() if isinstance(one, dict) else one for one in level if isinstance(one, dict | list)]
        level = [inner for one in lists for inner in one]
    return depth
