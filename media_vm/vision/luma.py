"""A picture's brightness as a person without colour would see it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from media_vm.vision.transparency import has_transparency, opacity

_TOO_LIGHT_FOR_WHITE = 235  # ink above this luma can hardly be seen on a white page


def luma(pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
    """(h, w) brightness 0–255 by the weights of ITU-R BT.601, transparent parts laid over a ground.

    The ground is white, as most pages are; black for ink so light that white would hide it.
    """
    red, green, blue = (pixels[..., channel].astype(np.float32) for channel in range(3))
    ink = np.float32(0.299) * red + np.float32(0.587) * green + np.float32(0.114) * blue
    return _over_ground(ink, opacity(pixels)) if has_transparency(pixels) else ink


def _over_ground(ink: NDArray[np.float32], alpha: NDArray[np.float32]) -> NDArray[np.float32]:
    is_light = (ink * alpha).sum() > _TOO_LIGHT_FOR_WHITE * alpha.sum()
    ground = np.float32(0 if is_light else 255)
    return ink * alpha + ground * (1 - alpha)
