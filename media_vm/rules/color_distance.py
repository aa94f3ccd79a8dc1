"""How different two colours look, by their `#RRGGBB`; a text that is none is None.

OKLab, its lightness with the toe that https://bottosson.github.io/posts/colorpicker/ gives it: without that,
near-black and black would lie further apart than red and orange. Luminance and contrast: WCAG 2.2.
`vision/oklab.py` does OKLab for whole rasters; rules know no NumPy.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable

_K1, _K2 = 0.206, 0.03
_K3 = (1 + _K1) / (1 + _K2)
_LEAST_CHROMA = 0.04  # OKLab: paper white and warm greys lie below, navy (0.09) and tan (0.07) above
_HEX = re.compile(r"#?([0-9A-Fa-f]{6})")

Lab = tuple[float, float, float]


def hex_color(text: str) -> str | None:
    """Upper-case `#RRGGBB`."""
    found = _HEX.fullmatch(text.strip())
    return f"#{found[1].upper()}" if found else None


def distance(one: str, other: str) -> float:
    """ΔE: about 0.02 is just seen, 0.06 is another colour, black and white are 1 apart."""
    return math.dist(_lab(one), _lab(other))


def nearest(color: str, colors: Iterable[str]) -> tuple[str, float] | None:
    """The one that looks most alike, and how far it is; None of none."""
    distances = [(distance(color, one), one) for one in colors]
    return (min(distances)[1], min(distances)[0]) if distances else None


def is_saturated(color: str) -> bool:
    """Has it a hue that people would name? Else it is a black, a grey or a white."""
    _, a, b = _lab(color)
    return math.hypot(a, b) >= _LEAST_CHROMA


def contrast(one: str, other: str) -> float:
    """WCAG's contrast ratio, 1–21."""
    dark, light = sorted((_luminance(one), _luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def _lab(color: str) -> Lab:
    red, green, blue = _linear(color)
    long = math.cbrt(0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue)
    medium = math.cbrt(0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue)
    short = math.cbrt(0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue)
    lightness = 0.2104542553 * long + 0.7936177850 * medium - 0.0040720468 * short
    return (
        _with_toe(lightness),
        1.9779984951 * long - 2.4285922050 * medium + 0.4505937099 * short,
        0.0259040371 * long + 0.7827717662 * medium - 0.8086757660 * short,
    )


def _with_toe(lightness: float) -> float:
    bent = _K3 * lightness - _K1
    return (bent + math.sqrt(bent * bent + 4 * _K2 * _K3 * lightness)) / 2


def _luminance(color: str) -> float:
    red, green, blue = _linear(color)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(color: str) -> tuple[float, float, float]:
    """The sRGB transfer curve undone (IEC 61966-2-1), 0–1."""
    red, green, blue = (level / 255 for level in bytes.fromhex(color[1:]))
    return _undone(red), _undone(green), _undone(blue)


def _undone(encoded: float) -> float:
    return encoded / 12.92 if encoded <= 0.04045 else ((encoded + 0.055) / 1.055) ** 2.4
