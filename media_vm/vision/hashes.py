"""A fingerprint by which near-duplicates are found."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from media_vm.vision.shrink import resize

_SIDE = 32
_LOW = 8  # the 8 × 8 lowest frequencies: 64 bits
_DCT = np.cos(np.pi * np.arange(_LOW)[:, None] * (2 * np.arange(_SIDE) + 1) / (2 * _SIDE))


def perceptual_hash(luma: NDArray[np.float32]) -> str:
    """64-bit DCT hash of an (h, w) luma plane as 16 hex digits.

    Zauner's method ("Implementation and Benchmarking of Perceptual Image Hash Functions", 2010): which of
    the lowest frequencies lie above their median. Hamming distance up to 6 is a duplicate, up to 12 is near.
    """
    small = resize(luma.astype(np.float64), _SIDE, _SIDE)
    # Rounded to tenths, where one level of contrast makes about 500: so that the arithmetic's own dust does
    # not decide the bits of a flat picture.
    low = np.round(_DCT @ small @ _DCT.T, 1).ravel()
    bits = low > np.median(low[1:])
    return np.packbits(bits).tobytes().hex()
