"""Which pixels of a picture can be seen, and how much."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def opacity(pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
    """The alpha channel as (h, w) fractions 0–1; all 1 for a picture without one."""
    if pixels.shape[2] == 3:
        return np.ones(pixels.shape[:2], np.float32)
    return pixels[..., 3].astype(np.float32) / np.float32(255)


def visible(pixels: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """(h, w) mask of the pixels that are more than half opaque."""
    return opacity(pixels) > 0.5


def has_transparency(pixels: NDArray[np.uint8]) -> bool:
    """Can the page be seen through at least one pixel, if only a little?"""
    return pixels.shape[2] == 4 and bool(pixels[..., 3].min() < 255)
