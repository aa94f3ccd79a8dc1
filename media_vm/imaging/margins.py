"""The empty margin around a logo: where it ends, and how much of it stays.

A margin is see-through, or paper: near-white and of no colour. A coloured ground is part of the design (a white
word low in a yellow square): it is cut off for the face without ground only.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from media_vm.imaging.arrays import array_of
from media_vm.imaging.codecs import pyvips
from media_vm.imaging.ground import ground_of
from media_vm.rules.sizes import Box

_AIR: Final = 0.02  # of the logo's longer side that stays around it, so that no anti-aliased edge is cut
_LEAST_AIR: Final = 2  # pixels
_ALPHA_LEVELS: Final = 2
_COLOUR_LEVELS: Final = 14  # a channel, from the margin's colour: more than JPEG's noise
_PAPER_LIGHTNESS: Final = 94.0  # L* of CIE Lab
_PAPER_CHROMA: Final = 5.0
_LEAST_SIDE: Final = 8  # pixels: what is smaller is a speck, and the picture no logo with a margin


@dataclass(frozen=True, slots=True)
class Margin:
    """What a picture's border is made of, and the box of what stands within it, in pixels.

    colour: sRGB levels; nothing when see-through.
    """

    colour: tuple[float, float, float] | None
    is_paper: bool
    content: Box


def margin_of(image: pyvips.Image) -> Margin:
    """Look at an 8-bit sRGB image of 3 or 4 bands; with nothing in it the content is all of it."""
    whole = Box(0, 0, image.width, image.height)
    if image.hasalpha():
        return Margin(None, True, _found(image[3], _ALPHA_LEVELS, [0]) or whole)
    red, green, blue = (float(level) for level in ground_of(array_of(image)).colours(2, 2)[0, 0])
    lightness, a, b = pyvips.Image.black(1, 1).new_from_image([red, green, blue]).colourspace("lab").getpoint(0, 0)
    is_paper = lightness >= _PAPER_LIGHTNESS and np.hypot(a, b) <= _PAPER_CHROMA
    content = _found(image, _COLOUR_LEVELS, [red, green, blue])
    return Margin((red, green, blue), bool(is_paper), content or whole)


def aired(image: pyvips.Image, margin: Margin, air: float = _AIR) -> Box:
    """The content's box with a little of the margin, as far as there is any."""
    box = margin.content
    wide = max(_LEAST_AIR, round(max(box.width, box.height) * air))
    left, top = max(0, box.left - wide), max(0, box.top - wide)
    right = min(image.width, box.left + box.width + wide)
    bottom = min(image.height, box.top + box.height + wide)
    return Box(left, top, right - left, bottom - top)


def trimmed(image: pyvips.Image, margin: Margin, air: float = _AIR) -> pyvips.Image:
    """The content with a little of the margin."""
    box = aired(image, margin, air)
    return image.crop(box.left, box.top, box.width, box.height)


def _found(image: pyvips.Image, levels: int, background: list[float]) -> Box | None:
    left, top, width, height = image.find_trim(threshold=levels, background=background, line_art=True)
    return Box(left, top, width, height) if min(width, height) >= _LEAST_SIDE else None
