"""How noisy a picture is, looked for where it has nothing else to show."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

# Our own anchors in luma levels: a clean photograph has about 1 after its reduction to 512 pixels, and
# noise is plain to see from about 8.
_SIGMA_TO_SCORE = ([2.0, 8.0, 25.0], [100.0, 50.0, 0.0])


def noise_score(luma: NDArray[np.float32]) -> int | None:
    """0–100 for an (h, w) luma plane, 100 is clean; None for less than 3 pixels a side."""
    if min(luma.shape) < 3:
        return None
    return round(float(np.interp(noise_sigma(luma), *_SIGMA_TO_SCORE)))


def noise_sigma(luma: NDArray[np.float32]) -> float:
    """Standard deviation of the noise in luma levels, of a plane of at least 3 × 3 pixels.

    Immerkær, "Fast Noise Variance Estimation", 1996, restricted to the flattest half of the pixels, so that
    texture does not count as noise.
    """
    slope = np.abs(luma[1:-1, 2:] - luma[1:-1, :-2]) + np.abs(luma[2:, 1:-1] - luma[:-2, 1:-1])
    flattest = slope <= np.median(slope)
    response = np.abs(_second_difference(_second_difference(luma).T).T)
    return float(np.sqrt(np.pi / 2) * response[flattest].mean() / 6)


def _second_difference(plane: NDArray[np.float32]) -> NDArray[np.float32]:
    """The mask 1, −2, 1 along the first axis; both axes together make Immerkær's 3 × 3 mask."""
    return plane[:-2] - 2 * plane[1:-1] + plane[2:]
