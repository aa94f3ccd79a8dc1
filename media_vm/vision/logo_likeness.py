"""Does a picture look like a logo rather than a photograph? The anchors are our own, set on both kinds."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from media_vm.vision.color_cells import ColorCells

_FLAT = 2  # luma levels between neighbours: less is the same ink
_EDGE = 8  # more is an edge
_HARD_EDGE = 48  # of the whole range, crossed within one pixel
_COMMONEST = 6  # cells; a logo's inks

# Measured: a logo of three inks, down to JPEG quality 40, has .93 flat, .92 common, .29 hard; of 21
# photographs and scans none passes all three.
_FLAT_TO_LIKENESS = ([0.5, 0.95], [0.0, 1.0])
_COMMON_TO_LIKENESS = ([0.4, 0.95], [0.0, 1.0])
_HARD_TO_LIKENESS = ([0.1, 0.4], [0.0, 1.0])
_TRANSPARENCY = 0.15  # comes on top: cut-out photographs are transparent too


def logo_likeness(luma: NDArray[np.float32], cells: ColorCells, *, is_transparent: bool) -> float:
    """0 (a photo) to 1 (flat, few colours, hard edges), to three decimals; 0 where nothing can be seen."""
    if not len(cells.counts):
        return 0.0
    steps = np.concatenate([np.abs(np.diff(luma, axis=axis)).ravel() for axis in (0, 1)])
    signs = (
        float(np.interp(_share(steps < _FLAT), *_FLAT_TO_LIKENESS)),
        float(np.interp(_commonest(cells), *_COMMON_TO_LIKENESS)),
        float(np.interp(_share(steps[steps > _EDGE] > _HARD_EDGE), *_HARD_TO_LIKENESS)),
    )
    # The geometric mean, so that all three must show: a smooth grey photograph has the first two.
    likeness = math.prod(signs) ** (1 / len(signs)) + _TRANSPARENCY * is_transparent
    return round(min(1.0, likeness), 3)


def _commonest(cells: ColorCells) -> float:
    """The part of the pixels that lies in the six commonest cells."""
    return float(np.sort(cells.counts)[-_COMMONEST:].sum() / cells.counts.sum())


def _share(claims: NDArray[np.bool_]) -> float:
    """The part of the claims that holds; 0 of none."""
    return float(claims.mean()) if claims.size else 0.0
