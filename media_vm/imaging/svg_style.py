"""Which elements of an SVG a style sheet may make refer to which parts: more than it does, never fewer.

Of a selector only its last compound counts, and of that one class, id or tag: what it needs at least, in order to
match (Selectors 3, §5–6). A sheet or selector beyond that is taken to match everything.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from media_vm.imaging.svg_references import References, referenced_in_style

ANY: Final = "*"
_COMMENT: Final = re.compile(r"/\*.*?(?:\*/|\Z)", re.DOTALL)  # the end of a sheet ends it too
_STRING: Final = re.compile(r"\"[^\"]*\"|'[^']*'")
_FONT: Final = re.compile("@font-face", re.IGNORECASE)  # the one at-rule of exports that is a rule like any
_COMBINED: Final = re.compile(r"[\s>+~]+")
_LEAST: Final = re.compile(r"[.#][^.#]+|^[^.#*]+")


def keys_of(tag: str, name: str | None, classes: str) -> tuple[str, ...]:
    """All that a selector may know an element by."""
    own = [ANY, tag.lower(), *(f".{one}" for one in classes.lower().split())]
    return (*own, f"#{name.lower()}") if name else tuple(own)


def rules_of(sheet: str) -> Iterator[tuple[str, References]]:
    """Every rule that refers to anything or takes a layer, once for each key that its elements have."""
    is_odd = _is_odd(sheet)
    *rules, rest = ("" if is_odd else _COMMENT.sub(" ", sheet)).split("}")
    if is_odd or "{" in rest or any(rule.count("{") != 1 for rule in rules):
        yield ANY, referenced_in_style(sheet)
        return
    for rule in rules:
        selectors, _, declarations = rule.partition("{")
        found = referenced_in_style(declarations)
        if found != References():
            yield from ((key, found) for key in _keys_in(selectors))


def _is_odd(sheet: str) -> bool:
    """Would it take a parser of CSS to tell where its rules begin and end?"""
    if "\\" in sheet or "@" in _FONT.sub("", sheet):
        return True
    if any("/*" in one.partition(")")[0] for one in sheet.lower().split("url(")[1:]):
        return True  # an address without quotes, in which nothing is a comment
    quoted = _STRING.findall(sheet)
    rest = _STRING.sub("", sheet)
    return any(re.search(r"[{}]|/\*|\*/", one) for one in quoted) or '"' in rest or "'" in rest


def _keys_in(selectors: str) -> set[str]:
    if re.search(r"[:\[(|]", selectors):
        return {ANY}
    return {_key_of(_COMBINED.split(one.strip())[-1]) for one in selectors.split(",")}


def _key_of(compound: str) -> str:
    """Its first class, else its id, else its tag."""
    parts = sorted(_LEAST.findall(compound.lower()), key=lambda part: (part[0] != ".", part[0] != "#"))
    return parts[0] if parts else ANY
