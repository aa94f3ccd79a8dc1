"""Soft shadows on the ground: darker, of the ground's own hue, and without an edge of their own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from media_vm.imaging.ground import Floats, Pixels
from media_vm.imaging.regions import Mask, regions_of
from media_vm.imaging.unmixing import highest

_DARKEST: Final = 0.3  # of the ground's brightness; a darker shadow is ink
_HUE_LEVELS: Final = 5.0  # a channel, that a shadow may stray from the ground's hue
_STEEPEST: Final = 26.0  # levels within 3 × 3 pixels; ink has an edge
_DARK_GROUND: Final = 40.0  # mean level: on a darker ground no shadow shows
_LEAST_SHARE: Final = 0.002  # of the picture's pixels
_LEAST_AREA: Final = 9  # pixels of a shadow that ink cuts off
_UNEVEN: Final = 0.02  # the least standard deviation of the light within one


@dataclass(frozen=True, slots=True)
class Shade:
    """Where a shadow lies, and what part of the ground's light comes through everywhere (1 outside of it)."""

    where: Mask
    light: Floats


def shade_of(pixels: Pixels, under: Floats, is_ground: Mask) -> Shade:
    """The shadows that are joined to the ground and, if there are any, those that ink cuts off from it."""
    none = Shade(np.zeros_like(is_ground), np.ones(is_ground.shape, dtype=np.float32))
    if float(under.mean()) < _DARK_GROUND:
        return none
    through = _through(pixels, under)
    stray = np.abs(pixels - through[..., None] * under).max(axis=2)
    level = through * float(under.mean())
    is_smooth = highest(level, 1) + highest(-level, 1) < _STEEPEST
    candidates = (stray < _HUE_LEVELS) & is_smooth & (through > _DARKEST) & (through < 1) & ~is_ground
    if candidates.mean() < _LEAST_SHARE:
        return none
    shadow = _joined(candidates, is_ground)
    if shadow.mean() < _LEAST_SHARE:
        return none
    shadow |= _cut_off(candidates & ~shadow, through)
    return Shade(shadow, np.where(shadow, through, np.float32(1)))


def _through(pixels: Pixels, under: Floats) -> Floats:
    """The part of the ground's light that would explain each pixel best."""
    seen: Floats = (pixels * under).sum(axis=2)
    seen /= np.maximum(np.square(under).sum(axis=2), 1.0)
    return seen


def _joined(candidates: Mask, is_ground: Mask) -> Mask:
    regions = regions_of(candidates | is_ground)
    reached = np.zeros(len(regions.area), dtype=bool)
    reached[regions.labels[is_ground]] = True
    joined: Mask = candidates & reached[regions.labels]
    return joined


def _cut_off(candidates: Mask, through: Floats) -> Mask:
    """In the counter of a letter, say. Unlike grey ink a shadow is not of one brightness."""
    regions = regions_of(candidates)
    flat = regions.labels.ravel()
    counts = np.maximum(regions.area, 1)
    mean = np.bincount(flat, through.ravel()) / counts
    variance = np.bincount(flat, np.square(through).ravel()) / counts - mean**2
    is_shadow = regions.is_in_mask & (variance > _UNEVEN**2) & (regions.area >= _LEAST_AREA)
    found: Mask = is_shadow[regions.labels]
    return found
