"""ThumbHash: a picture in about 25 bytes, shown while the real one loads.

Evan Wallace's format, https://evanw.github.io/thumbhash/: the average colour, then a few low frequencies
of luminance, yellow–blue, red–green and alpha, four bits each.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable
from math import floor
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from media_vm.vision.transparency import has_transparency, opacity

_NO_SCALE = 1e-3  # less than a tenth of the smallest step of any scale: dust of the arithmetic, not a pattern

Plane = NDArray[np.float32]


class _Channel(NamedTuple):
    """One channel's frequencies. dc: its mean. ac: the others, 0–1 around .5. scale: what ±.5 stands for."""

    dc: float
    ac: NDArray[np.float64]
    scale: float


def thumbhash(pixels: NDArray[np.uint8]) -> str:
    """The base64 ThumbHash of (h, w, 3) or (h, w, 4) pixels.

    The reference takes at most 100 × 100 pixels, for its speed alone; a matrix product needs no such limit.
    """
    alpha = opacity(pixels)
    height, width = alpha.shape
    is_transparent = has_transparency(pixels)
    nx, ny = _frequencies(height, width, is_transparent=is_transparent)
    luminance, yellow_blue, red_green = _opponents(pixels, alpha)
    channels = [_encode(luminance, max(3, nx), max(3, ny)), _encode(yellow_blue, 3, 3)]
    channels += [_encode(red_green, 3, 3)]
    channels += [_encode(alpha, 5, 5)] if is_transparent else []
    header = _header(channels, nx, ny, is_landscape=width > height)
    return b64encode(header + _nibbles(value for channel in channels for value in channel.ac)).decode("ascii")


def _opponents(pixels: NDArray[np.uint8], alpha: Plane) -> tuple[Plane, Plane, Plane]:
    """Luminance, yellow–blue and red–green planes of the picture laid over its own average colour."""
    red, green, blue = (_over_average(pixels[..., i], alpha) for i in range(3))
    return (red + green + blue) / np.float32(3), (red + green) / np.float32(2) - blue, red - green


def _over_average(levels: NDArray[np.uint8], alpha: Plane) -> Plane:
    """One colour channel as fractions 0–1; what is transparent gets the mean of what is not."""
    seen = levels.astype(np.float32) / np.float32(255) * alpha
    average = np.float32(seen.sum() / alpha.sum() if alpha.any() else 0)
    return np.asarray(seen + (1 - alpha) * average, np.float32)


def _frequencies(height: int, width: int, *, is_transparent: bool) -> tuple[int, int]:
    """How many luminance frequencies across and down: 7 (with alpha 5) along the longer side."""
    most, longest = 5 if is_transparent else 7, max(height, width)
    return max(1, _half_up(most * width / longest)), max(1, _half_up(most * height / longest))


def _encode(plane: Plane, nx: int, ny: int) -> _Channel:
    """The plane's lowest frequencies by DCT: the corner triangle of the nx × ny square, row by row."""
    table = _cosines(ny, plane.shape[0]) @ plane @ _cosines(nx, plane.shape[1]).T / plane.size
    across, down = np.arange(nx), np.arange(ny)[:, None]
    corner = table[across * ny < nx * (ny - down)]
    dc, ac = float(corner[0]), corner[1:]
    scale = float(np.abs(ac).max())
    if scale < _NO_SCALE:
        return _Channel(dc, np.full_like(ac, 0.5), 0.0)
    return _Channel(dc, 0.5 + 0.5 / scale * ac, scale)


def _cosines(frequencies: int, length: int) -> NDArray[np.float64]:
    return np.cos(np.pi / length * np.arange(frequencies)[:, None] * (np.arange(length) + 0.5))


def _header(channels: list[_Channel], nx: int, ny: int, *, is_landscape: bool) -> bytes:
    luminance, yellow_blue, red_green, *alpha = channels
    first = (
        _half_up(63 * luminance.dc)
        | _half_up(31.5 + 31.5 * yellow_blue.dc) << 6
        | _half_up(31.5 + 31.5 * red_green.dc) << 12
        | _half_up(31 * luminance.scale) << 18
        | bool(alpha) << 23
    )
    second = (
        (ny if is_landscape else nx)
        | _half_up(63 * yellow_blue.scale) << 3
        | _half_up(63 * red_green.scale) << 9
        | is_landscape << 15
    )
    third = bytes(_half_up(15 * a.dc) | _half_up(15 * a.scale) << 4 for a in alpha)
    return first.to_bytes(3, "little") + second.to_bytes(2, "little") + third


def _nibbles(values: Iterable[float]) -> bytes:
    """Fractions 0–1 as four bits each, the low half of every byte first."""
    nibbles = [_half_up(15 * value) for value in values]
    nibbles += [0] * (len(nibbles) % 2)
    return bytes(low | high << 4 for low, high in zip(nibbles[::2], nibbles[1::2], strict=True))


def _half_up(value: float) -> int:
    """Round as the format's JavaScript does; Python's own `round` takes halves to even."""
    return floor(value + 0.5)
