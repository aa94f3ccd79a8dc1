"""Whether a picture uses the light it has: the anchors are our own judgement."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_CRUSHED, _BLOWN = 5, 250  # luma levels beyond which no drawing is left

_BRIGHTEST_TO_SCORE = ([30.0, 150.0], [0.0, 100.0])  # the 99th percentile: do its lights reach the middle?
_DARKEST_TO_SCORE = ([105.0, 225.0], [100.0, 0.0])  # the 1st percentile: do its shadows?
_TONES_TO_FACTOR = ([0.0, 0.4], [0.5, 1.0])  # part of the pixels that still hold drawing


def exposure_score(luma: NDArray[np.float32]) -> int | None:
    """0–100 for the luma of the visible pixels, any shape; None where there are none.

    A low-key painting and a product on white ground are both well exposed: each has lights and shadows.
    Ranges that end too early cost all, clipped pixels at most half.
    """
    if not luma.size:
        return None
    darkest, brightest = np.percentile(luma, [1, 99])
    lights = np.interp(brightest, *_BRIGHTEST_TO_SCORE)
    shadows = np.interp(darkest, *_DARKEST_TO_SCORE)
    tones = np.interp(((luma >= _CRUSHED) & (luma <= _BLOWN)).mean(), *_TONES_TO_FACTOR)
    return round(float(min(lights, shadows) * tones))
