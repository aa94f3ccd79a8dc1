"""Test cards drawn with NumPy: pictures of which we know what there is to measure."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from media_vm.raster import Raster
from media_vm.rules.pictures import FocalPoint

Pixels = NDArray[np.uint8]


def flat(*color: int, height: int = 64, width: int = 64) -> Pixels:
    """One colour (three or four levels) all over."""
    return np.full((height, width, len(color)), color, np.uint8)


def stripes(*bands: tuple[str, int], height: int = 64) -> Pixels:
    """Upright stripes, each a colour `#RRGGBB` and its width in pixels."""
    columns = [flat(*bytes.fromhex(color[1:]), height=height, width=width) for color, width in bands]
    return np.concatenate(columns, axis=1)


def scene(seed: int = 0, side: int = 192) -> Pixels:
    """Forty discs and boxes of random size, place and colour on a random ground: sharp, full of contrast."""
    random = np.random.default_rng(seed)
    y, x = np.mgrid[:side, :side] / side
    pixels = flat(*random.integers(0, 256, 3), height=side, width=side)
    for index in range(40):
        (top, left), radius = random.random(2), random.uniform(0.03, 0.25)
        across, down = np.abs(x - left), np.abs(y - top)
        shape = np.maximum(across, down) if index % 2 else np.hypot(across, down)
        pixels[shape < radius] = random.integers(0, 256, 3)
    return pixels


def blurred(pixels: Pixels, sigma: float) -> Pixels:
    """The picture under a Gaussian blur, its border going on beyond the edge."""
    reach = int(np.ceil(4 * sigma))
    kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) / sigma) ** 2)
    result = pixels.astype(np.float64)
    for axis in (0, 1):
        padding = [(reach, reach) if axis == a else (0, 0) for a in range(3)]
        padded = np.pad(result, padding, mode="edge")
        length = pixels.shape[axis]
        shifted = [weight * padded.take(range(i, i + length), axis) for i, weight in enumerate(kernel)]
        result = np.asarray(np.sum(shifted, axis=0) / kernel.sum())
    return np.asarray(np.rint(result), np.uint8)


def noisy(pixels: Pixels, sigma: float, seed: int = 1) -> Pixels:
    """The picture with the same Gaussian noise on all three channels, as luma sees it."""
    noise = np.random.default_rng(seed).normal(0, sigma, pixels.shape[:2])[..., None]
    return np.asarray(np.clip(np.rint(pixels + noise), 0, 255), np.uint8)


def brighter(pixels: Pixels, factor: float) -> Pixels:
    """Every level times a factor, clipped as a camera clips."""
    return np.asarray(np.clip(pixels * factor, 0, 255), np.uint8)


def with_alpha(pixels: Pixels, alpha: NDArray[np.integer] | int) -> Pixels:
    """The picture with an alpha channel: (h, w) levels, or one level for all."""
    channel = np.broadcast_to(np.asarray(alpha, np.uint8), pixels.shape[:2])
    return np.dstack([pixels[..., :3], channel])


def logo(side: int = 192) -> Pixels:
    """Three inks on white, drawn four times too large and averaged, so that its edges are antialiased."""
    large = 4 * side
    y, x = np.mgrid[:large, :large] / large
    pixels = flat(255, 255, 255, height=large, width=large).astype(np.float64)
    pixels[np.hypot(x - 0.35, y - 0.35) < 0.25] = (0xE4, 0x57, 0x2E)
    pixels[(np.abs(x - 0.65) < 0.2) & (np.abs(y - 0.6) < 0.15)] = (0x17, 0xBE, 0xBB)
    pixels[(np.abs(x - 0.5) < 0.35) & (np.abs(y - 0.88) < 0.04)] = (0x22, 0x22, 0x22)
    return np.asarray(np.rint(pixels.reshape(side, 4, side, 4, 3).mean(axis=(1, 3))), np.uint8)


def raster(pixels: Pixels, width: int = 2400, height: int = 2400) -> Raster:
    """A raster as imaging hands it over, its subject a little above the middle."""
    return Raster(pixels, width, height, FocalPoint(0.5, 0.4))
