"""The few colours that a picture is made of: k-means in OKLab, the same answer every time."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from media_vm.rules.analysis import Swatch
from media_vm.vision.color_cells import ColorCells
from media_vm.vision.color_names import color_name
from media_vm.vision.oklab import from_srgb

_MOST_SWATCHES = 6
_CLUSTERS = 2 * _MOST_SWATCHES  # more than are shown, so that a small but distinct colour gets its own
_ROUNDS = 12  # a hundred would move the shares of photographs by 0.001
_SAME_COLOR = 0.06  # ΔE in OKLab: closer, and people call it one colour
_LEAST_PER_MILLE = 5  # rarer is antialiasing and noise

Floats = NDArray[np.float64]


def palette(cells: ColorCells) -> tuple[Swatch, ...]:
    """At most six swatches, the largest first; their shares, cut to 0.001, sum to at most 1."""
    if not len(cells.counts):
        return ()
    lab = from_srgb(cells.means)
    labels, centers = _k_means(lab, cells.counts)
    mass = _mass(cells.counts, labels, len(centers))
    colors = _means(cells.means, cells.counts, labels, centers)
    per_mille = {index: int(1000 * pixels // mass.sum()) for index, pixels in _merged(centers, mass).items()}
    largest = sorted(per_mille, key=lambda index: -per_mille[index])[:_MOST_SWATCHES]
    return tuple(
        _swatch(colors[index], per_mille[index]) for index in largest if per_mille[index] >= _LEAST_PER_MILLE
    )


def average_color(cells: ColorCells) -> str:
    """The mean of the visible pixels as `#RRGGBB`; white, as the page is, where nothing can be seen."""
    if not len(cells.counts):
        return "#FFFFFF"
    return _hex_color(np.average(cells.means, axis=0, weights=cells.counts))


def _hex_color(color: Floats) -> str:
    """One colour of sRGB levels 0–255 as upper-case `#RRGGBB`."""
    return "#" + "".join(f"{level:02X}" for level in np.rint(color).astype(int))


def _swatch(color: Floats, per_mille: int) -> Swatch:
    return Swatch(_hex_color(color), color_name(color), per_mille / 1000)


def _k_means(lab: Floats, counts: NDArray[np.int64]) -> tuple[NDArray[np.intp], Floats]:
    centers = lab[_seeds(lab, counts)]
    for _ in range(_ROUNDS):
        centers = _means(lab, counts, _nearest(lab, centers), centers)
    return _nearest(lab, centers), centers


def _seeds(lab: Floats, counts: NDArray[np.int64]) -> list[int]:
    """Where to begin: the commonest cell, then always the one that is far from all others and common."""
    seeds = [int(counts.argmax())]
    distance = ((lab - lab[seeds[0]]) ** 2).sum(axis=1)
    while len(seeds) < min(_CLUSTERS, len(lab)):
        seeds.append(int((distance * np.sqrt(counts)).argmax()))
        distance = np.minimum(distance, ((lab - lab[seeds[-1]]) ** 2).sum(axis=1))
    return seeds


def _nearest(lab: Floats, centers: Floats) -> NDArray[np.intp]:
    # |x − c|² without the |x|² that is the same for every centre: one matrix product instead of a cube.
    labels: NDArray[np.intp] = ((centers**2).sum(axis=1) - 2 * lab @ centers.T).argmin(axis=1)
    return labels


def _mass(counts: NDArray[np.int64], labels: NDArray[np.intp], clusters: int) -> Floats:
    """Pixels by cluster."""
    return np.bincount(labels, counts, clusters).astype(np.float64)


def _means(values: Floats, counts: NDArray[np.int64], labels: NDArray[np.intp], empty: Floats) -> Floats:
    """Weighted mean of each cluster's values; a cluster that lost all its members stays at `empty`."""
    mass = _mass(counts, labels, len(empty))[:, None]
    sums = np.stack([np.bincount(labels, counts * column, len(empty)) for column in values.T], axis=1)
    return np.where(mass > 0, sums / np.maximum(mass, 1), empty)


def _merged(centers: Floats, mass: Floats) -> dict[int, float]:
    """Pixels by cluster, the larger of two that look the same having taken in the smaller."""
    kept: dict[int, float] = {}
    for index in (int(i) for i in np.argsort(-mass, kind="stable")):
        twin = next((k for k in kept if np.linalg.norm(centers[k] - centers[index]) < _SAME_COLOR), index)
        kept[twin] = kept.get(twin, 0.0) + float(mass[index])
    return kept
