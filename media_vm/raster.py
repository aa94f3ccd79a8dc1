"""A small copy of a picture as numbers: what imaging decodes and vision measures."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from media_vm.rules.pictures import FocalPoint


@dataclass(frozen=True, slots=True)
class Raster:
    """Upright sRGB pixels.

    pixels: uint8, shape (height, width, 3), or 4 with straight alpha. width, height: the upright source's, in
    pixels. attention: where libvips' saliency finds the subject.
    """

    pixels: NDArray[np.uint8]
    width: int
    height: int
    attention: FocalPoint
