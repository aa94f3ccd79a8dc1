"""How far neighbouring pixels are apart: what tells flat ground from edges."""

from __future__ import annotations

from functools import reduce

from media_vm.imaging.codecs import pyvips


def steps(raster: pyvips.Image) -> pyvips.Image:
    """Of every pixel but the last row and column the largest step in any channel to its right and to below.

    raster: 8 bits, both sides at least 2 px; levels, one band of 8 bits. Nothing is computed before it is read.
    """
    width, height = raster.width - 1, raster.height - 1
    here = raster.crop(0, 0, width, height)
    apart = [(here - raster.crop(*aside, width, height)).abs() for aside in ((1, 0), (0, 1))]
    return reduce(pyvips.Image.maxpair, (band for one in apart for band in one.bandsplit())).cast("uchar")
