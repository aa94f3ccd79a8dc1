"""A picture's colours counted: 262,144 pixels become at most 32,768 cells that are quick to think about."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from media_vm.vision.transparency import has_transparency, visible

_BITS = 5  # levels a channel: 32; finer gains nothing that the cells' own means do not keep


@dataclass(frozen=True, slots=True)
class ColorCells:
    """The cells that hold a visible pixel. means: (n, 3) sRGB 0–255. counts: (n,) pixels, none is 0."""

    means: NDArray[np.float64]
    counts: NDArray[np.int64]


def color_cells(pixels: NDArray[np.uint8]) -> ColorCells:
    """Count the visible pixels of (h, w, 3) or (h, w, 4) by colour; no cells where nothing can be seen."""
    seen = pixels[..., :3][visible(pixels)] if has_transparency(pixels) else pixels[..., :3].reshape(-1, 3)
    red, green, blue = (seen >> (8 - _BITS)).T.astype(np.intp)
    cell = red << 2 * _BITS | green << _BITS | blue
    counts = np.bincount(cell, minlength=1 << 3 * _BITS)
    used = counts.nonzero()[0]
    sums = [np.bincount(cell, seen[:, channel], 1 << 3 * _BITS)[used] for channel in range(3)]
    return ColorCells(np.stack(sums, axis=1) / counts[used, None], counts[used])
