"""What a logo stands on: one colour, or one that changes slowly, read from the picture's own border.

A frame of pixels along the four edges gives the samples. The commonest colour among them is the start; a
constant or, where that explains the samples much worse, a quadratic surface in x and y is fitted to those near
it, three times over, so that ink which runs off the picture does not pull the ground with it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from media_vm.imaging.arrays import array_of
from media_vm.imaging.codecs import pyvips

Floats = NDArray[np.float32]
Pixels = NDArray[np.uint8]

_FRAME_SHARE: Final = 0.01  # of the shorter side
_CELL_BITS: Final = 4  # of each channel's 8 are dropped to find the commonest colour
_NEAR: Final = 30.0  # levels a channel, from the commonest colour or the last fit, still taken for the ground
_ROUNDS: Final = 3
_MOST_SAMPLES: Final = 20_000
_CONSTANT_IS_ENOUGH: Final = 1.5, 0.4  # times, and levels more, that its error may be


@dataclass(frozen=True, slots=True)
class Ground:
    """The ground as a surface over x and y in −1–1. coefficients: 1×3 (one colour) or 6×3, in sRGB levels."""

    coefficients: Floats

    @property
    def is_constant(self) -> bool:
        """Is it one colour throughout?"""
        return len(self.coefficients) == 1

    def colours(self, height: int, width: int) -> Floats:
        """Its colour at every pixel, sRGB levels 0–255: shape (height, width, 3), or (1, 1, 3) if constant."""
        if self.is_constant:
            return self.coefficients.reshape(1, 1, 3)
        x = np.linspace(-1, 1, width, dtype=np.float32)[None, :, None]
        y = np.linspace(-1, 1, height, dtype=np.float32)[:, None, None]
        one, by_x, by_y, by_xy, by_xx, by_yy = self.coefficients
        across, down = one + x * (by_x + x * by_xx), y * (by_y + y * by_yy)
        surface: Floats = across + down
        surface += (x * y) * by_xy
        return surface.clip(0, 255, out=surface)


def ground_of(pixels: Pixels, is_there: NDArray[np.bool_] | None = None) -> Ground:
    """The ground of a picture of shape (height, width, 3), by its border alone.

    is_there: the pixels to be trusted, some of them at the border; all of them unless told.
    """
    height, width, _ = pixels.shape
    frame = max(2, round(min(height, width) * _FRAME_SHARE))
    inside = np.ones((height, width), dtype=bool)
    inside[frame : height - frame, frame : width - frame] = False
    return ground_under(pixels, inside if is_there is None else inside & is_there, start=None)


def ground_under(pixels: Pixels, is_ground: NDArray[np.bool_], start: Ground | None) -> Ground:
    """The ground fitted to the marked pixels; start: an earlier fit that says which of them to trust."""
    height, width, _ = pixels.shape
    rows, columns = np.nonzero(is_ground)
    every = max(1, len(rows) // _MOST_SAMPLES)
    rows, columns = rows[::every], columns[::every]
    samples = pixels[rows, columns].astype(np.float32)
    terms = _terms(columns / max(1, width - 1) * 2 - 1, rows / max(1, height - 1) * 2 - 1)
    expected = _at(start, terms) if start else np.broadcast_to(_commonest(samples), samples.shape)
    fit = Ground(_commonest(samples)[None])
    for _ in range(_ROUNDS):
        near = np.abs(samples - expected).max(axis=1) < _NEAR
        if near.sum() < terms.shape[1]:
            break
        fit = _fitted(terms[near], samples[near])
        expected = _at(fit, terms)
    return fit


def distances(pixels: Pixels, under: Floats) -> Floats:
    """ΔE*ab (CIE 1976) of every pixel from the ground under it, as `Ground.colours` gives it: (height, width)."""
    there = _lab(np.rint(under).astype(np.uint8))
    stray = _lab(pixels) - (there.getpoint(0, 0) if under.size == there.bands else there)
    square = stray * stray
    return np.asarray(array_of(((square[0] + square[1] + square[2]) ** 0.5).cast("float")))


def _lab(pixels: Pixels) -> pyvips.Image:
    return pyvips.Image.new_from_array(pixels, interpretation="srgb").colourspace("lab")


def _terms(x: NDArray[np.float64], y: NDArray[np.float64]) -> Floats:
    return np.stack([np.ones_like(x), x, y, x * y, x * x, y * y], axis=1).astype(np.float32)


def _at(ground: Ground, terms: Floats) -> Floats:
    used: Floats = terms[:, : len(ground.coefficients)] @ ground.coefficients
    return used


def _commonest(samples: Floats) -> Floats:
    """The median of the samples in the fullest cell of colours."""
    cells = samples.astype(np.int32) >> _CELL_BITS
    keys = (cells[:, 0] << 8) | (cells[:, 1] << 4) | cells[:, 2]
    commonest: Floats = np.median(samples[keys == np.bincount(keys).argmax()], axis=0).astype(np.float32)
    return commonest


def _fitted(terms: Floats, samples: Floats) -> Ground:
    constant = Ground(np.median(samples, axis=0, keepdims=True).astype(np.float32))
    surface = Ground(np.linalg.lstsq(terms, samples, rcond=None)[0].astype(np.float32))
    times, levels = _CONSTANT_IS_ENOUGH
    enough = _error(constant, terms, samples) <= times * _error(surface, terms, samples) + levels
    return constant if enough else surface


def _error(ground: Ground, terms: Floats, samples: Floats) -> float:
    return float(np.sqrt(np.square(_at(ground, terms) - samples).mean()))
