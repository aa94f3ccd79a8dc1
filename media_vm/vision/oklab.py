"""OKLab: the colour space in which distance is close to what the eye calls different.

Björn Ottosson, 2020, https://bottosson.github.io/posts/oklab/ (matrices from there, transposed for rows).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

_LINEAR_TO_CONES = np.array(
    [
        [0.4122214708, 0.2119034982, 0.0883024619],
        [0.5363325363, 0.6806995451, 0.2817188376],
        [0.0514459929, 0.1073969566, 0.6299787005],
    ]
)
_CONES_TO_LAB = np.array(
    [
        [0.2104542553, 1.9779984951, 0.0259040371],
        [0.7936177850, -2.4285922050, 0.7827717662],
        [-0.0040720468, 0.4505937099, -0.8086757660],
    ]
)


def from_srgb(colors: ArrayLike) -> NDArray[np.float64]:
    """(…, 3) sRGB levels 0–255 as (…, 3) OKLab: L 0–1, a and b about ±0.4."""
    cones = np.cbrt(_linear(np.asarray(colors, np.float64) / 255) @ _LINEAR_TO_CONES)
    lab: NDArray[np.float64] = cones @ _CONES_TO_LAB
    return lab


def _linear(encoded: NDArray[np.float64]) -> NDArray[np.float64]:
    """The sRGB transfer curve undone (IEC 61966-2-1); fractions 0–1 in and out."""
    return np.where(encoded <= 0.04045, encoded / 12.92, ((encoded + 0.055) / 1.055) ** 2.4)
