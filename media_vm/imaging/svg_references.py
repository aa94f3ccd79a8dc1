"""What the styles of an SVG refer to: its own parts by `url(#id)`, and what they should not."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from media_vm.imaging.svg_layers import layers_in_style, layers_of

_ESCAPE: Final = re.compile(r"\\(?:([0-9a-f]{1,6})\s?|(.))", re.IGNORECASE | re.DOTALL)
# No quantifier here gives back what it took (`*+`): a hostile text would be read again from each of its blanks.
_PLAIN_DATA: Final = (
    r"data:[\w+/=;,.%\s-]*+['\"]?+\s*+\)"  # a font; with a `#` it would be a part of another document
)
_FETCHED: Final = re.compile(rf"@import|\burl\(\s*+['\"]?+\s*+(?!['\"#)]|{_PLAIN_DATA})", re.IGNORECASE)
_OWN: Final = re.compile(
    r"(?P<of>\b(?:clip-path|mask|filter)\s*+:\s*+)?\burl\(\s*+['\"]?+\s*+#(?P<id>[^'\"\s)]++)",
    re.IGNORECASE,
)
_NOT_INHERITED: Final = frozenset({"clip-path", "mask", "filter"})


@dataclass(frozen=True, slots=True)
class References:
    """Ids that an element names, once for each time it does.

    links: drawn once for it; paints: for every shape within it too, as fill, stroke and markers are inherited.
    layers: that it is drawn on (`svg_layers`).
    """

    links: tuple[str, ...] = ()
    paints: tuple[str, ...] = ()
    layers: int = 0


def outside_of_style(text: str) -> bool:
    """Does a style or an attribute's value fetch anything? Escapes (CSS Syntax 3, §4.3.7) hide nothing.

    Comments are searched too: to tell them from strings that look like them would take a parser of CSS.
    """
    return _FETCHED.search(without_escapes(text)) is not None


def referenced(attributes: Iterable[tuple[str, str]]) -> References:
    """What an element's attributes name; their names without a prefix."""
    links: list[str] = []
    paints: list[str] = []
    layers = 0
    for name, value in attributes:
        layers = max(
            layers, layers_in_style(without_escapes(value)) if name == "style" else layers_of(name, value)
        )
        if name == "href" and value.strip().startswith("#"):
            links.append(value.strip()[1:])
        elif "url" in value.lower() or "\\" in value:
            of_style = referenced_in_style(value)
            links += of_style.links + (of_style.paints if name in _NOT_INHERITED else ())
            paints += () if name in _NOT_INHERITED else of_style.paints
    return References(tuple(links), tuple(paints), layers)


def referenced_in_style(declarations: str) -> References:
    """What a list of declarations names; whatever is not surely a link counts as a paint, which costs more."""
    plain = without_escapes(declarations)
    found = list(_OWN.finditer(plain))
    links = tuple(one["id"] for one in found if one["of"])
    return References(links, tuple(one["id"] for one in found if not one["of"]), layers_in_style(plain))


def without_escapes(text: str) -> str:
    """The same style, every character written as itself."""
    return _ESCAPE.sub(_resolved, text)


def _resolved(escape: re.Match[str]) -> str:
    if escape[1] is None:
        return escape[2]
    code = int(escape[1], 16)
    return chr(code) if 0 < code < 0xD800 or 0xDFFF < code < 0x110000 else "\ufffd"
