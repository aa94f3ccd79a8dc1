"""Fewer pixels by averaging areas: no aliasing, no rounding, and two matrix products are quick."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def resize(plane: Floats, height: int, width: int) -> Floats:
    """(h, w) as (height, width): every new pixel is the mean of the area it covers; also enlarges."""
    rows, columns = _area_weights(plane.shape[0], height), _area_weights(plane.shape[1], width)
    return np.asarray(rows @ plane @ columns.T)


def _area_weights(before: int, after: int) -> Floats:
    """(after, before) matrix: the part that each old pixel has in each new one; every row sums to 1."""
    edges = np.arange(after + 1) * (before / after)
    old = np.arange(before)
    overlap = np.minimum(edges[1:, None], old + 1) - np.maximum(edges[:-1, None], old)
    return np.asarray(np.maximum(overlap, 0) * (after / before))
