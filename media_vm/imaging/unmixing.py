"""How much of each pixel near the ground is ink, and which ink: C = α·F + (1 − α)·B, solved for α and F.

B, the ground there, is known. F is first taken from the nearest pixel that is ink beyond doubt; α is then the
place of C on the line from B to F. At last F is solved for exactly, so that the cut-out laid on its old ground is
the picture again; α is never so small that F would have to leave 0–255.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from media_vm.imaging.ground import Floats, Pixels
from media_vm.imaging.regions import Mask, Numbers

_PEAK_MISSES: Final = 0.12  # of the strongest distance from the ground nearby, that sure ink may lack at most
_NOISY: Final = 80.0  # ΔE: the ground's spread in parts of this is what sure ink may lack
_FLAT: Final = 3.0  # ΔE within 3 × 3 pixels: no edge runs here
_LEAST_SURE: Final = 4.0  # ΔE beyond the ground's own spread


def grown(mask: Mask, reach: int) -> Mask:
    """The mask and all pixels at most `reach` rows and columns away from it."""
    wide = mask.copy()
    for step in range(1, reach + 1):
        wide[:, step:] |= mask[:, :-step]
        wide[:, :-step] |= mask[:, step:]
    tall = wide.copy()
    for step in range(1, reach + 1):
        tall[step:] |= wide[:-step]
        tall[:-step] |= wide[step:]
    return tall


def highest(values: Floats, reach: int) -> Floats:
    """Of every pixel the highest value at most `reach` rows and columns away."""
    wide = values.copy()
    for step in range(1, reach + 1):
        np.maximum(wide[:, step:], values[:, :-step], out=wide[:, step:])
        np.maximum(wide[:, :-step], values[:, step:], out=wide[:, :-step])
    tall = wide.copy()
    for step in range(1, reach + 1):
        np.maximum(tall[step:], wide[:-step], out=tall[step:])
        np.maximum(tall[:-step], wide[step:], out=tall[:-step])
    return tall


def sure_ink(distance: Floats, is_ground: Mask, spread: float, reach: int) -> Mask:
    """Pixels that are ink and nothing else: the furthest from the ground nearby, or in the midst of one colour."""
    ink = ~is_ground & (distance > spread + _LEAST_SURE)
    peak = distance >= (1 - min(_PEAK_MISSES, spread / _NOISY)) * highest(distance, reach)
    flat = highest(distance, 1) + highest(-distance, 1) < _FLAT
    return ink & (peak | (flat & ~grown(is_ground, 1)))


def nearest(seeds: Mask, points: Numbers, reach: int) -> Numbers:
    """For each flat index in `points` the flat index of the nearest seed within `reach`; −1: none."""
    height, width = seeds.shape
    found = np.full(len(points), -1, dtype=np.intp)
    rows, columns = points // width, points % width
    around = range(-reach, reach + 1)
    offsets = sorted(((y, x) for y in around for x in around), key=lambda at: at[0] ** 2 + at[1] ** 2)
    open_ = np.arange(len(points))
    flat = seeds.ravel()
    for down, across in offsets:
        row, column = rows[open_] + down, columns[open_] + across
        at = row.clip(0, height - 1) * width + column.clip(0, width - 1)
        hit = flat[at]
        found[open_[hit]] = at[hit]
        open_ = open_[~hit]
        if not len(open_):
            break
    return found


def shares(colours: Floats, ground: Floats, ink: Floats) -> Floats:
    """α of pixels of shape (n, 3): the place of each colour on the line from ground (0) to ink (1)."""
    line = ink - ground
    length = np.maximum(np.square(line).sum(axis=1), 1.0)
    share: Floats = ((colours - ground) * line).sum(axis=1) / length
    return share.clip(0, 1)


def least_shares(colours: Floats, ground: Floats) -> Floats:
    """The smallest α with which an ink within 0–255 explains these colours on this ground; shape (n,)."""
    room = np.where(colours > ground, 255 - ground, ground)
    share: Floats = (np.abs(colours - ground) / np.maximum(room, 1.0)).max(axis=1)
    return share.clip(0, 1)


def at_points(under: Floats, pixels: Pixels, points: Numbers) -> Floats:
    """The ground at flat indices: shape (n, 3)."""
    if under.size == pixels.shape[2]:
        return np.broadcast_to(under.reshape(1, 3), (len(points), 3))
    return under.reshape(-1, 3)[points]


def inks(pixels: Pixels, alpha: Floats, under: Floats) -> Pixels:
    """F at every pixel: `alpha` of it over the ground gives the picture again; black where α is 0."""
    solved = pixels.copy()
    solved[alpha <= 0] = 0
    mixed = np.flatnonzero((alpha > 0) & (alpha < 1))
    share = alpha.ravel()[mixed, None]
    there = at_points(under, pixels, mixed)
    colours = pixels.reshape(-1, 3)[mixed].astype(np.float32)
    solved.reshape(-1, 3)[mixed] = np.rint(((colours - (1 - share) * there) / share).clip(0, 255))
    return solved
