"""Takes a plain ground away: an edge-connected flood in Lab, then un-mixing of every pixel near its shore.

Measured on twenty drawn logos and refused on photographs: `python -m bench.logos`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from media_vm.imaging.ground import Floats, Pixels, distances, ground_of, ground_under
from media_vm.imaging.holes import ground_and_kept
from media_vm.imaging.regions import Mask, Numbers, regions_of
from media_vm.imaging.removers import Cutout, Refusal
from media_vm.imaging.shadows import Shade, shade_of
from media_vm.imaging.unmixing import at_points, grown, highest, inks, least_shares, nearest, shares, sure_ink

_LEAST_CONFIDENCE: Final = 0.5
_SPREAD: Final = 2.0, 8.0  # ΔE that the ground's own noise may be at least, and at most
_SPREAD_PERCENTILE: Final = 97
_BORDER_NEAR: Final = 10.0  # ΔE: border pixels within it are ground
_BORDER_SHARES: Final = ([0.6, 0.95], [0.0, 1.0])  # of the border that is ground → confidence
_BORDER_NOISE: Final = ([4.5, 7.0], [1.0, 0.0])  # ΔE of its 97th percentile → confidence
_CONTRAST: Final = 9.0  # ΔE that ink has at its shore, beyond twice the ground's spread
_CRISP_SHARES: Final = ([0.7, 0.97], [0.0, 1.0])  # of the shore with that contrast → confidence
_JPEG_NEAR: Final = 15.0  # ΔE: more than that near ink is ink itself
_STEP_PERCENTILE: Final = 99.5
_HALF_A_STEP: Final = 0.75  # of the steps between neighbours, that noise is away from the ground
_LEAST_INK: Final = 0.001  # of the picture's pixels
_LEAST_GROUND: Final = 0.02
_REACH: Final = 3, 8  # pixels from the shore that may be mixed, by how wide its edges are
_HALF: Final = 127  # α as a byte: more is ink
_FLOOR: Final = 0.004, 0.12  # α below which a pixel is the ground's noise, by the ground's least and most spread


@dataclass(frozen=True, slots=True)
class _Shore:
    """Where ground ends. is_kept: has the ground's colour, but is ink. distance: ΔE from the ground.

    spread: ΔE of the ground's noise. reach: pixels that an edge is wide.
    """

    is_ground: Mask
    is_kept: Mask
    distance: Floats
    spread: float
    reach: int


class PlainGroundRemover:
    """The `GroundRemover` for uniform and slowly changing grounds; it needs no model.

    has_holes: does the ground show through parts that ink encloses, by the word of whoever has seen the logo?
    """

    def __init__(self, *, has_holes: bool | None = None) -> None:
        self._has_holes = has_holes

    def remove(self, pixels: Pixels) -> Cutout | Refusal:
        """Refusals: `busy_ground`, `no_ground`, `nothing_left`, `soft_outline`."""
        height, width, _ = pixels.shape
        ground = ground_of(pixels)
        under = ground.colours(height, width)
        distance = distances(pixels, under)
        border = _border(distance)
        sure_of_ground = _evenness(border)
        if sure_of_ground < _LEAST_CONFIDENCE:
            return Refusal("busy_ground", round(sure_of_ground, 2))
        shore = _flooded(distance, _spread(border, distance), self._has_holes)
        if shore.is_ground.mean() < _LEAST_GROUND:
            return Refusal("no_ground")
        if not ground.is_constant:
            under = ground_under(pixels, shore.is_ground, start=ground).colours(height, width)
            shore = _flooded(distances(pixels, under), shore.spread, self._has_holes)
        return _cut(pixels, under, shore, sure_of_ground)


def _cut(pixels: Pixels, under: Floats, shore: _Shore, sure_of_ground: float) -> Cutout | Refusal:
    if (~shore.is_ground).mean() < _LEAST_INK:
        return Refusal("nothing_left")
    shade = shade_of(pixels, under, shore.is_ground)
    crisp = float(np.interp(_crispness(shore, shade.where), *_CRISP_SHARES))
    confidence = round(min(sure_of_ground, crisp), 2)
    if confidence < _LEAST_CONFIDENCE:
        return Refusal("soft_outline", confidence)
    alpha = np.rint(_alpha(pixels, under, shore, shade) * 255).astype(np.uint8)
    if (alpha > _HALF).mean() < _LEAST_INK:
        return Refusal("nothing_left")
    ink = inks(pixels, (alpha / 255).astype(np.float32), under)
    return Cutout(np.dstack([ink, alpha]), confidence)


def _border(distance: Floats) -> Floats:
    return np.concatenate([distance[0], distance[-1], distance[:, 0], distance[:, -1]])


def _evenness(border: Floats) -> float:
    """How sure it is that the border is ground, 0–1: enough of it is near one colour, and without texture."""
    near = border[border < _BORDER_NEAR]
    if not near.size:
        return 0.0
    share = np.interp(near.size / border.size, *_BORDER_SHARES)
    noise = np.interp(np.percentile(near, _SPREAD_PERCENTILE), *_BORDER_NOISE)
    return float(min(share, noise))


def _spread(border: Floats, distance: Floats) -> float:
    """ΔE of the ground's noise: at the border, and near ink, where JPEG leaves more of it than elsewhere."""
    near = border[border < _BORDER_NEAR]
    at_border = float(np.percentile(near, _SPREAD_PERCENTILE))
    strong = distance > 2 * at_border + _CONTRAST
    around = grown(strong, _REACH[1]) & ~grown(strong, _REACH[0]) & (distance < _JPEG_NEAR)
    if not around.any():
        return float(np.clip(at_border, *_SPREAD))
    steps = highest(distance, 1) + highest(-distance, 1)  # a shadow is as far from the ground, but smooth
    near_ink = _HALF_A_STEP * float(np.percentile(steps[around], _STEP_PERCENTILE))
    return float(np.clip(max(at_border, near_ink), *_SPREAD))


def _flooded(distance: Floats, spread: float, has_holes: bool | None) -> _Shore:
    mask, sure = distance <= spread, 2 * spread + _CONTRAST
    regions = regions_of(mask)
    strong = np.bincount(regions.labels[distance > sure], minlength=len(regions.area))
    is_speck = ~regions.is_in_mask & (strong == 0)  # nowhere surely ink: noise
    if is_speck.any():
        regions = regions_of(mask | is_speck[regions.labels])
    is_ground, is_kept = ground_and_kept(regions, distance, sure, has_holes=has_holes)
    return _Shore(is_ground, is_kept, distance, spread, _reach(distance, is_ground, spread))


def _reach(distance: Floats, is_ground: Mask, spread: float) -> int:
    """How wide edges are: pixels between ground and ink for each pixel of shore."""
    widest = _REACH[1]
    peak = highest(distance, widest)
    between = grown(is_ground, widest) & ~is_ground & (distance < 0.9 * peak) & (peak > 2 * spread + _CONTRAST)
    length = max(1, int((grown(is_ground, 1) & ~is_ground).sum()))
    return int(np.ceil(between.sum() / length + 1).clip(*_REACH))


def _crispness(shore: _Shore, shadow: Mask) -> float:
    """The part of the shore where ink differs from the ground beyond doubt within an edge, or a shadow begins."""
    at = grown(shore.is_ground, 1) & ~shore.is_ground
    strong = highest(shore.distance, shore.reach) > 2 * shore.spread + _CONTRAST
    strong |= shadow
    return float(strong[at].mean()) if at.any() else 0.0


def _alpha(pixels: Pixels, under: Floats, shore: _Shore, shade: Shade) -> Floats:
    """α of every pixel: 0 on the ground, 1 beyond the reach of its shore, and un-mixed between."""
    bare = shore.is_ground | shade.where
    alpha = 1 - shade.light
    alpha[~bare] = 1
    points = np.flatnonzero(grown(bare, shore.reach) & ~bare)
    bare_at = nearest(bare, points, shore.reach + 2)
    light = shade.light.ravel()[bare_at]
    colours, there = pixels.reshape(-1, 3)[points].astype(np.float32), at_points(under, pixels, points)
    share = _ink_shares(pixels, colours, there * light[:, None], shore, bare, points)
    kept_at = nearest(shore.is_kept, points, shore.reach + 2)
    share[_is_nearer(kept_at, bare_at, points, bare.shape[1])] = 1  # mixed with a plate, and not with the ground
    least = np.where(share > 0, least_shares(colours, there), 0)
    alpha.reshape(-1)[points] = np.maximum(1 - (1 - share) * light, least)
    return alpha


def _ink_shares(
    pixels: Pixels, colours: Floats, there: Floats, shore: _Shore, bare: Mask, points: Numbers
) -> Floats:
    """How much of each point is the ink nearest to it; of one with none near, how unlike the ground it is."""
    seeds = sure_ink(shore.distance, bare, shore.spread, shore.reach)
    ink_at = nearest(seeds, points, shore.reach + 2)
    mixed = shares(colours, there, pixels.reshape(-1, 3)[ink_at].astype(np.float32))
    alone = np.interp(shore.distance.ravel()[points], (shore.spread, 2 * shore.spread + _CONTRAST), (0, 1))
    share = np.where(ink_at < 0, alone, mixed).astype(np.float32)
    return np.where(seeds.ravel()[points], np.float32(1), _without_noise(share, shore))


def _is_nearer(one: Numbers, other: Numbers, points: Numbers, width: int) -> Mask:
    """For each point, is the first flat index (−1: none) nearer than the second?"""

    def square(at: Numbers) -> Numbers:
        found: Numbers = (at // width - points // width) ** 2 + (at % width - points % width) ** 2
        return found

    nearer: Mask = (one >= 0) & (square(one) < square(other))
    return nearer


def _without_noise(share: Floats, shore: _Shore) -> Floats:
    """Levels: what is hardly there is nothing, what is almost all is all."""
    floor = float(np.interp(shore.spread, _SPREAD, _FLOOR))
    levelled: Floats = ((share - floor) / (1 - 2 * floor)).clip(0, 1)
    return levelled
