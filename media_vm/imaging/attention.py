"""Where the eye goes first, by libvips' saliency (edges, skin, saturation)."""

from __future__ import annotations

from media_vm.imaging.codecs import pyvips
from media_vm.rules.pictures import FocalPoint


def attention(image: pyvips.Image) -> FocalPoint:
    """The subject's place, as fractions of width and height; the middle where nothing catches the eye."""
    side = min(image.width, image.height)
    _, found = image.smartcrop(side, side, interesting="attention", attention_x=True, attention_y=True)
    if found["attention_x"] == found["attention_y"] == 0:
        return FocalPoint(0.5, 0.5)  # what libvips says of a flat picture is its corner
    return FocalPoint(_fraction(found["attention_x"], image.width), _fraction(found["attention_y"], image.height))


def _fraction(pixel: int, whole: int) -> float:
    return min(max((pixel + 0.5) / whole, 0.0), 1.0)
