"""SSIMULACRA2 of whole pictures, as the `ssimulacra2` package computes it, several times as fast.

Same weights, taken from the package, and same arithmetic in single precision; a test keeps the two within a tenth
of a point. One reference is compared with many renderings, so that its half is computed once.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.lib.stride_tricks import as_strided
from numpy.typing import NDArray
from ssimulacra2.ssimulacra2 import (
    kB0,
    kC2,
    kNumScales,
    kOpsinAbsorbanceMatrix,
    weights,
)

Planes = NDArray[np.float32]  # 3 × width × height: the package, too, has its axes the other way round
Pixels = NDArray[np.uint8]  # height × width × 3, sRGB

_REACH: Final = 5
_BLOCK: Final = 96
_LEAST_SIDE: Final = 8


@dataclass(frozen=True, slots=True)
class _Scale:
    values: Planes
    mean: Planes
    square: Planes


class Reference:
    """A picture that renderings of it are scored against."""

    def __init__(self, pixels: Pixels) -> None:
        self._scales = _scales(pixels)

    def score(self, pixels: Pixels) -> float:
        """SSIMULACRA2 of a rendering of the same width and height: 100 is the same picture."""
        maps = [_compared(one, other) for one, other in zip(self._scales, _scales(pixels), strict=True)]
        terms = np.stack(maps, axis=1).ravel()  # plane, scale, norm, map
        error = float(np.dot(weights[: terms.size], terms)) * 0.9562382616834844
        curved = 2.326765642916932 * error - 0.020884521182843837 * error**2 + 6.248496625763138e-05 * error**3
        return 100.0 - 10.0 * float(max(curved, 0.0) ** 0.6276336467831387)


def _scales(pixels: Pixels) -> list[_Scale]:
    linear = _linear()[pixels.transpose(2, 1, 0)]
    found: list[_Scale] = []
    while len(found) < kNumScales and min(linear.shape[1:]) >= _LEAST_SIDE:
        values = _xyb(linear)
        found.append(_Scale(values, _blurred(values), _blurred(values * values)))
        linear = _halved(linear)
    return found


def _compared(one: _Scale, other: _Scale) -> NDArray[np.float64]:
    """3 planes × 2 norms × 3 maps: structure, artifact, detail lost."""
    apart = one.mean - other.mean
    shared = 2 * (_blurred(one.values * other.values) - one.mean * other.mean) + np.float32(kC2)
    spread = one.square - one.mean**2 + other.square - other.mean**2 + np.float32(kC2)
    structure = np.maximum(1 - (1 - apart * apart) * shared / spread, 0)
    edges = (1 + np.abs(other.values - other.mean)) / (1 + np.abs(one.values - one.mean)) - 1
    maps = np.stack([structure, np.maximum(edges, 0), np.maximum(-edges, 0)], axis=1)
    means = maps.mean((2, 3), dtype=np.float64)
    fourths = np.square(np.square(maps)).mean((2, 3), dtype=np.float64) ** 0.25
    return np.stack([means, fourths], axis=1)


def _linear() -> NDArray[np.float32]:
    value = np.arange(256) / 255
    return np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4).astype(np.float32)


def _xyb(linear: Planes) -> Planes:
    matrix = kOpsinAbsorbanceMatrix.reshape(3, 3).astype(np.float32)
    mixed = (matrix @ linear.reshape(3, -1)).reshape(linear.shape)
    roots = np.cbrt(np.maximum(mixed + np.float32(kB0), 0)) - np.float32(np.cbrt(kB0))
    lightness = (roots[0] + roots[1]) / 2
    return np.stack([7 * (roots[0] - roots[1]) + 0.42, lightness + 0.01, roots[2] - lightness + 0.55]).astype(
        np.float32, copy=False
    )


def _halved(linear: Planes) -> Planes:
    odd = [(0, 0), *((0, side % 2) for side in linear.shape[1:])]
    even = np.pad(linear, odd, mode="edge") if any(after for _, after in odd) else linear
    quarters = even[:, ::2, ::2] + even[:, 1::2, ::2] + even[:, ::2, 1::2] + even[:, 1::2, 1::2]
    return (quarters / 4).astype(np.float32, copy=False)


def _blurred(planes: Planes) -> Planes:
    """A Gaussian blur of 11 taps, zero beyond the first axis' ends, mirrored at the second's.

    As products of blocks with a band matrix, which BLAS does faster than a convolution.
    """
    count, height, width = planes.shape
    down, across = -(-height // _BLOCK), -(-width // _BLOCK)
    padded = np.zeros((count, down * _BLOCK + 2 * _REACH, across * _BLOCK + 2 * _REACH), np.float32)
    mirrored = np.pad(planes, ((0, 0), (0, 0), (_REACH, _REACH)), mode="symmetric")
    padded[:, _REACH : _REACH + height, : width + 2 * _REACH] = mirrored
    band = _band()
    plane, row, item = padded.strides
    rows = as_strided(padded, (count, down, len(band[0]), padded.shape[2]), (plane, _BLOCK * row, row, item))
    halfway = np.ascontiguousarray((band @ rows).reshape(count, down * _BLOCK, padded.shape[2])[:, :height])
    plane, row, item = halfway.strides
    columns = as_strided(halfway, (count, across, height, len(band[0])), (plane, _BLOCK * item, row, item))
    blurred = (columns @ band.T).transpose(0, 2, 1, 3).reshape(count, height, across * _BLOCK)
    return np.ascontiguousarray(blurred[:, :, :width])


def _band() -> NDArray[np.float32]:
    kernel = np.exp(-0.5 * (np.arange(-_REACH, _REACH + 1) / 1.5) ** 2)
    rows = np.zeros((_BLOCK, _BLOCK + 2 * _REACH))
    for row in range(_BLOCK):
        rows[row, row : row + len(kernel)] = kernel / kernel.sum()
    return rows.astype(np.float32)
