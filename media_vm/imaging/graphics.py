"""Telling drawings from photographs: logos, screenshots, diagrams, whose pixels lossless formats love."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from media_vm.imaging.arrays import array_of
from media_vm.imaging.codecs import pyvips
from media_vm.imaging.source import own_pixels
from media_vm.imaging.steps import steps
from media_vm.imaging.verdicts import decoding
from media_vm.rules.pictures import SourceFacts

_FLAT: Final = 0.5  # of a drawing's pixels, at least, equal their neighbours
_SHADED: Final = 0.15  # at most, differ from them by as little as grain and shading do
_SHADE: Final = 12  # levels
_RAMP: Final = 2  # levels; a soft shadow or a gradient has no larger steps, a camera's grain has
_HARD: Final = 32  # levels; the least step of a hard edge
_GRAIN: Final = 0.5  # of as many pixels as hard edges have, at most, differ as grain does; else it is a photograph
_INEXACT: Final = frozenset({"jpeg", "heic", "avif"})  # nothing is flat in what such an encoder left


def is_drawing(path: Path, facts: SourceFacts, raster: pyvips.Image, anchor: pyvips.Image, frame: int = 0) -> bool:
    """Whether a source is one, whatever is made of it. GiveUp, NoRoom.

    Its own pixels tell, for smaller ones have soft edges that look like shading. Those of a lossy file do not:
    it is judged by `anchor`, the size of it that is always the same. raster: what was decoded.
    frame: the one that is looked at.
    """
    if is_graphic(anchor):
        return True
    if facts.type in _INEXACT:
        return False
    if (raster.width, raster.height) == (facts.width, facts.height):
        return is_graphic(raster)
    with decoding():
        return is_graphic(own_pixels(path, facts, frame))


def is_graphic(raster: pyvips.Image) -> bool:
    """Whether half of an 8-bit picture is exactly flat and hardly anything shaded; a cut-out photo is not.

    A page with soft shadows is: ever so much may be shaded if that is by ramps alone, beside hard edges.
    """
    if min(raster.width, raster.height) < 2:
        return True
    counts = array_of(steps(raster).hist_find()).ravel()
    pixels = (raster.width - 1) * (raster.height - 1)
    shaded, grainy = counts[1 : _SHADE + 1].sum(), counts[_RAMP + 1 : _SHADE + 1].sum()
    is_shaded = shaded > _SHADED * pixels and grainy >= _GRAIN * counts[_HARD:].sum()
    return bool(counts[0] >= _FLAT * pixels and not is_shaded)
