"""What in an SVG makes librsvg draw on surfaces of its own, each as big as the whole canvas, and at what price.

An opacity below 1, a blend mode, a filter or a mask takes one, however small the element (librsvg's
`StackingContext`). One layer is about 0.1 s of a product's rendering and 23 MB at 2400 × 2400, measured here; all
prices are in layers. How much of the canvas a filter covers nobody knows before it is drawn: all of it, then.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

_BLEND: Final = 4
_FAST: Final = 5  # feOffset, feFlood and the like
_SLOW: Final = 30  # a blur of the whole canvas took 100; a real logo, blurred in parts, 23
_SLOW_PRIMITIVES: Final = frozenset(
    {"fegaussianblur", "fedropshadow", "femorphology", "feconvolvematrix", "feturbulence"}
    | {"fediffuselighting", "fespecularlighting"}
)
_PLAIN_ORDER: Final = 9  # 3 × 3
_PLAIN: Final = {
    "mix-blend-mode": frozenset({"", "normal"}),
    "isolation": frozenset({"", "auto"}),
    "filter": frozenset({"", "none"}),
    "mask": frozenset({"", "none"}),
}
_COMMENT: Final = re.compile(r"/\*.*?(?:\*/|\Z)", re.DOTALL)
_STYLES: Final = re.compile(
    r"(?<![\w-])(opacity|mix-blend-mode|isolation|filter|mask)\s*+:([^;{}]*+)", re.IGNORECASE
)
_NUMBER: Final = re.compile(r"\d+(?:\.\d+)?")


def layers_of(name: str, value: str) -> int:
    """The layers that an attribute, or a property of that name, takes; nothing for those that take none."""
    value = value.partition("!")[0].strip().lower()
    if name == "opacity":
        return 0 if _is_opaque(value) else 1
    if name not in _PLAIN or value in _PLAIN[name]:
        return 0
    if name == "filter":
        return max(1, _SLOW * (value.count("(") - value.count("url(")))  # blur(), drop-shadow() …
    return _BLEND if name == "mix-blend-mode" else 1


def layers_in_style(declarations: str) -> int:
    """Those of the dearest declaration. A comment may stand before a colon, or in a string: both are tried."""
    found = [layers_of(one[1].lower(), one[2]) for one in _STYLES.finditer(declarations)]
    if "/*" in declarations:
        found.append(layers_in_style(_COMMENT.sub(" ", declarations)))
    return max(found, default=0)


def layers_when_used(tag: str, attributes: Mapping[str, str]) -> int:
    """Those that a part of a drawing takes each time it is used; attributes: names in lower case, no prefix."""
    if tag in _SLOW_PRIMITIVES:
        rounds = _rounds(attributes.get("numoctaves", "1")) if tag == "feturbulence" else 1
        if tag == "feconvolvematrix":
            rounds = -(-(_rounds(attributes.get("order", "3")) ** 2) // _PLAIN_ORDER)
        return _SLOW * rounds
    if tag == "clippath":
        return int(attributes.get("clippathunits", "").strip().lower() == "objectboundingbox")
    return {"mask": 6, "pattern": 1}.get(tag, _FAST if tag.startswith("fe") else 0)


def surfaces_held(tag: str, attributes: Mapping[str, str]) -> int:
    """Surfaces that stay in memory until what the part belongs to is drawn: a filter keeps all named results."""
    if tag.startswith("fe"):
        return int("result" in attributes)
    return {"mask": 2, "pattern": 1, "filter": 2}.get(tag, 0)


def _is_opaque(value: str) -> bool:
    try:
        return float(value.removesuffix("%")) >= (100 if value.endswith("%") else 1)
    except ValueError:
        return not value


def _rounds(value: str) -> int:
    """The biggest number in it, at most 1,000."""
    return int(max((min(1_000.0, float(one[:20])) for one in _NUMBER.findall(value)), default=1)) or 1
