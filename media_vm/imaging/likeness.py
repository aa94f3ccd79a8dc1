"""How alike two pictures look, 0–100: SSIMULACRA2's measure of a sample, cheap enough to choose a quality by.

The colour space, the maps and the weights are those of SSIMULACRA2 as its authors publish them (Jon Sneyers,
Cloudinary, in libjxl; BSD-3-Clause). Ours are the short cuts, which cost half a point (docs/quality.md): square
tiles in place of the whole picture, and of its 108 weights only those that are not next to nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from typing import Final, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

Planes = NDArray[np.float32]  # tiles × height × width, or colours × tiles × height × width
Tiles = NDArray[np.uint8]
Kind = Literal["structure", "artifact", "loss"]

_SCALES: Final = 6  # at most, each half as large as the one before
_LEAST_SIDE: Final = 8  # pixels of a scale
_MAPS: Final[tuple[tuple[Kind, int], ...]] = (
    ("structure", 1),
    ("artifact", 1),
    ("loss", 1),
    ("structure", 4),
    ("artifact", 4),
    ("loss", 4),
)
"""The order of six neighbouring weights: which map; 1 for its mean, 4 for the root of its fourth powers' mean."""

_WEIGHTS: Final = {
    9: 1.1041726426657346,
    15: 1.8422455520539298,
    16: 11.441172603757666,
    21: 1.8787594979546387,
    22: 10.94906990605142,
    25: 0.9677937080626833,
    28: 0.9981766977854967,
    39: 7.466890328078848,
    41: 17.445833984131262,
    45: 6.683678146179332,
    47: 1.027889937768264,
    48: 225.20515300849274,
    51: 19.213238186143016,
    54: 176.39317598450694,
    57: 24.43300999870476,
    58: 0.28520802612117757,
    63: 34.77906344483772,
    64: 44.835625328877896,
    93: 8.826982764996862,
    94: 23.19243343998926,
    96: 95.1080498811086,
    97: 0.9863978034400682,
    98: 0.9834382792465353,
    100: 171.2667255897307,
    101: 0.9807858872435379,
}
"""Of the 108, counted plane by plane, in it scale by scale; the others are smaller than 0.003."""


class Term(NamedTuple):
    """One summand of the measure: of a map its mean (norm 1), or the fourth root of its fourth powers' mean."""

    kind: Kind
    norm: int
    weight: float


Terms = tuple[dict[int, tuple[Term, ...]], ...]
"""For each scale: what counts in which plane."""

X, Y, B = range(3)
_SIGMA, _REACH = 1.5, 5  # of the blur, pixels
_STEADY: Final = np.float32(0.0009)  # keeps the structure of flat places from being noise over noise
_BIAS: Final = 0.0037930732552754493
_TO_CONES: Final = np.array(
    [
        [0.30, 1 - 0.30 - 0.078, 0.078],
        [0.23, 1 - 0.23 - 0.078, 0.078],
        [0.24342268924547819, 0.20476744424496821, 1 - 0.24342268924547819 - 0.20476744424496821],
    ],
    dtype=np.float32,
)
_STEPS: Final = 65535


def _linear_light() -> NDArray[np.float32]:
    """Of the 256 sRGB values (IEC 61966-2-1)."""
    value = np.arange(256) / 255
    return np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4).astype(np.float32)


_LINEAR: Final = _linear_light()
_ROOTS: Final = (np.cbrt(np.arange(_STEPS + 1) / _STEPS + _BIAS) - np.cbrt(_BIAS)).astype(np.float32)


@dataclass(frozen=True, slots=True)
class _Plane:
    """One plane of a reference at one scale: itself, blurred, and its square blurred."""

    values: Planes
    mean: Planes
    square: Planes


class Likeness:
    """A reference that other renderings of the same tiles are compared with."""

    def __init__(self, tiles: Tiles, shorter_side: int) -> None:
        """tiles: count × height × width × 3, sRGB; shorter_side: in pixels, of the picture that they are of."""
        self._terms = _terms(_scales(shorter_side))
        self._planes = [
            _Plane(values, _blurred(values), _blurred(values * values))
            for _, _, values in _pyramid(tiles, self._terms)
        ]

    def score(self, tiles: Tiles) -> float:
        """How alike they look: 100 the same, 90 hardly told apart, 70 good, 50 fair; SSIMULACRA2's scale."""
        error = 0.0
        for reference, (scale, plane, values) in zip(self._planes, _pyramid(tiles, self._terms), strict=True):
            error += _weighed(reference, values, self._terms[scale][plane])
        return _on_the_scale(error)


def _scales(shorter_side: int) -> int:
    """How many times the picture can be halved, rounded up, before a side is shorter than 8 pixels."""
    count, side = 1, (shorter_side + 1) // 2
    while side >= _LEAST_SIDE and count < _SCALES:
        count, side = count + 1, (side + 1) // 2
    return count


@lru_cache(maxsize=_SCALES)
def _terms(scales: int) -> Terms:
    """What counts in a picture of so many scales.

    SSIMULACRA2's tools count their weights through: with fewer scales a plane gets weights of the plane before it.
    We follow them, so that a target means of small pictures what those tools say of them.
    """
    found: list[dict[int, tuple[Term, ...]]] = [{} for _ in range(scales)]
    of_planes = [(index, weight) for index, weight in _WEIGHTS.items() if index < 3 * scales * len(_MAPS)]
    for place, members in groupby(of_planes, lambda member: member[0] // len(_MAPS)):
        plane, scale = divmod(place, scales)
        found[scale][plane] = tuple(Term(*_MAPS[index % len(_MAPS)], weight) for index, weight in members)
    while found and not found[-1]:
        found.pop()  # the last scale of six has no weight at all
    return tuple(found)


def _weighed(reference: _Plane, values: Planes, terms: tuple[Term, ...]) -> float:
    mean = _blurred(values)
    maps: dict[Kind, Planes] = {}
    kinds = {term.kind for term in terms}
    if "structure" in kinds:
        maps["structure"] = _structure(reference, values, mean)
    if kinds - {"structure"}:
        change = (1 + np.abs(values - mean)) / (1 + np.abs(reference.values - reference.mean)) - 1
        maps["artifact"], maps["loss"] = np.maximum(change, 0), np.maximum(-change, 0)
    return sum(term.weight * _norm(maps[term.kind], term.norm) for term in terms)


def _structure(reference: _Plane, values: Planes, mean: Planes) -> Planes:
    """1 − SSIM with SSIMULACRA2's own comparison of means."""
    apart = mean - reference.mean
    spread = reference.square - reference.mean * reference.mean + _blurred(values * values) - mean * mean
    shared = 2 * (_blurred(reference.values * values) - reference.mean * mean)
    alike = (1 - apart * apart) * (shared + _STEADY) / (spread + _STEADY)
    return np.maximum(1 - alike, 0).astype(np.float32, copy=False)


def _norm(values: Planes, norm: int) -> float:
    if norm == 1:
        return float(values.mean(dtype=np.float64))
    squares = (values * values).ravel()
    return float((np.dot(squares, squares) / squares.size) ** 0.25)


def _on_the_scale(error: float) -> float:
    """SSIMULACRA2's curve from weighed error to score."""
    error *= 0.9562382616834844
    curved = 2.326765642916932 * error - 0.020884521182843837 * error**2 + 6.248496625763138e-05 * error**3
    return 100 - 10 * float(max(curved, 0.0) ** 0.6276336467831387)


def _pyramid(tiles: Tiles, terms: Terms) -> Iterator[tuple[int, int, Planes]]:
    """Scale, plane number and values of every plane that counts."""
    linear = np.take(_LINEAR, np.ascontiguousarray(np.moveaxis(tiles, 3, 0)))
    for scale, wanted in enumerate(terms):
        if scale:
            rows = linear[..., ::2, :] + linear[..., 1::2, :]
            linear = (rows[..., ::2] + rows[..., 1::2]) * np.float32(0.25)
        for plane, values in _xyb(linear, needs_blue=B in wanted).items():
            if plane in wanted:
                yield scale, plane, values


def _xyb(linear: Planes, *, needs_blue: bool) -> dict[int, Planes]:
    """The planes of SSIMULACRA2: red against green, lightness, blue against lightness; all positive."""
    cones = 3 if needs_blue else 2
    mixed = (_TO_CONES[:cones] @ linear.reshape(3, -1)).reshape(cones, *linear.shape[1:])
    roots = np.take(_ROOTS, (mixed * np.float32(_STEPS)).astype(np.uint16))
    lightness = np.float32(0.5) * (roots[0] + roots[1])
    planes = {X: np.float32(7) * (roots[0] - roots[1]) + np.float32(0.42), Y: lightness + np.float32(0.01)}
    if needs_blue:
        planes[B] = (roots[2] - lightness + np.float32(0.55)).astype(np.float32, copy=False)
    return planes


def _blurred(planes: Planes) -> Planes:
    height, width = planes.shape[-2:]
    return np.asarray(blur_matrix(height) @ planes @ blur_matrix(width).T, dtype=np.float32)


@lru_cache(maxsize=32)
def blur_matrix(side: int) -> NDArray[np.float32]:
    """A Gaussian blur along one side as a matrix, mirrored at the ends: a few large products, no loop."""
    offsets = np.arange(-_REACH, _REACH + 1)
    kernel = np.exp(-0.5 * (offsets / _SIGMA) ** 2)
    matrix = np.zeros((side, side))
    for offset, weight in zip(offsets, kernel / kernel.sum(), strict=True):
        at = (np.arange(side) + offset) % (2 * side)
        np.add.at(matrix, (np.arange(side), np.minimum(at, 2 * side - 1 - at)), weight)
    return matrix.astype(np.float32)
