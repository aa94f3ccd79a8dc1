"""Telling drawings from photographs: logos, screenshots, diagrams, whose pixels lossless formats love."""

from __future__ import annotations

from functools import reduce
from typing import Final

from media_vm.imaging.arrays import array_of
from media_vm.imaging.codecs import pyvips

_FLAT: Final = 0.5  # of a drawing's pixels, at least, equal their neighbours
_SHADED: Final = 0.15  # at most, differ from them by as little as grain and shading do
_SHADE: Final = 12  # levels


def is_graphic(raster: pyvips.Image) -> bool:
    """Whether half of an 8-bit picture is exactly flat and hardly anything shaded; a cut-out photo is not."""
    width, height = raster.width - 1, raster.height - 1
    if width < 1 or height < 1:
        return True
    here = raster.crop(0, 0, width, height)
    apart = [(here - raster.crop(*aside, width, height)).abs() for aside in ((1, 0), (0, 1))]
    steps = reduce(pyvips.Image.maxpair, (band for one in apart for band in one.bandsplit()))
    counts = array_of(steps.cast("uchar").hist_find()).ravel()
    return bool(counts[0] >= _FLAT * width * height and counts[1 : _SHADE + 1].sum() <= _SHADED * width * height)
