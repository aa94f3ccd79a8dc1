"""Connected regions of a mask, and what lies inside what."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from media_vm.imaging.arrays import array_of
from media_vm.imaging.codecs import pyvips

Mask = NDArray[np.bool_]
Numbers = NDArray[np.intp]
OUTSIDE: Final = -1


@dataclass(frozen=True, slots=True)
class Regions:
    """Every 4-connected region of equal value. labels: shape (height, width); the rest: one entry a region.

    first: the flat index of its first pixel in reading order.
    """

    labels: NDArray[np.int32]
    area: Numbers
    first: Numbers
    is_in_mask: Mask
    touches_edge: Mask

    def around(self, region: int) -> int:
        """The region above a region's first pixel: the one it lies in, unless it touches the edge (OUTSIDE)."""
        width = self.labels.shape[1]
        first = int(self.first[region])
        return int(self.labels.flat[first - width]) if first >= width else OUTSIDE


def regions_of(mask: Mask) -> Regions:
    """Label a mask and its opposite together, by libvips' flood fill."""
    image = pyvips.Image.new_from_array(mask.astype(np.uint8))
    labels = np.asarray(array_of(image.labelregions()), dtype=np.int32)
    flat = labels.ravel()
    area = np.bincount(flat)
    first = np.zeros(len(area), dtype=np.intp)
    first[flat[::-1]] = np.arange(len(flat) - 1, -1, -1)  # the last write wins: the first pixel
    at_edge = np.zeros(len(area), dtype=bool)
    for side in (labels[0], labels[-1], labels[:, 0], labels[:, -1]):
        at_edge[side] = True
    return Regions(labels, area, first, mask.ravel()[first], at_edge)
