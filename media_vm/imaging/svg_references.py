"""What the styles of an SVG refer to: its own parts by `url(#id)`, and what they should not."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

_ESCAPE: Final = re.compile(r"\\(?:([0-9a-f]{1,6})\s?|(.))", re.IGNORECASE | re.DOTALL)
_FETCHED: Final = re.compile(r"@import|\burl\(\s*['\"]?\s*(?!['\"#\s)]|data:)", re.IGNORECASE)
_OWN: Final = re.compile(r"\burl\(\s*['\"]?\s*#([^'\"\s)]+)", re.IGNORECASE)


def outside_of_style(text: str) -> bool:
    """Does a style or an attribute's value fetch anything? Escapes (CSS Syntax 3, §4.3.7) hide nothing.

    Comments are searched too: to tell them from strings that look like them would take a parser of CSS.
    """
    return _FETCHED.search(_ESCAPE.sub(_resolved, text)) is not None


def referenced_ids(values: Iterable[str]) -> list[str]:
    """The parts of the document that an element's attributes name, once for each time they do."""
    found = []
    for value in values:
        value = value.strip()
        if value.startswith("#"):
            found.append(value[1:])
        elif "url" in value.lower():
            found += _OWN.findall(value)
    return found


def _resolved(escape: re.Match[str]) -> str:
    if escape[1] is None:
        return escape[2]
    code = int(escape[1], 16)
    return chr(code) if 0 < code < 0xD800 or 0xDFFF < code < 0x110000 else "\ufffd"
