"""ThumbHash against reference values, and against a decoder written from the format's description."""

from __future__ import annotations

from base64 import b64decode
from typing import NamedTuple

import numpy as np
import pytest
from numpy.typing import NDArray

from media_vm.vision.thumbhash import thumbhash
from tests.vision_cards import Pixels, flat, scene, stripes, with_alpha


class Decoded(NamedTuple):
    """What a browser makes of a ThumbHash. rgba: (h, w, 4) fractions 0–1, 32 pixels along the longer side."""

    average: tuple[float, float, float, float]
    has_alpha: bool
    aspect: float
    rgba: NDArray[np.float64]


class Reader:
    """Four bits at a time, the low half of every byte first."""

    def __init__(self, body: bytes) -> None:
        self._nibbles = iter([half for byte in body for half in (byte & 15, byte >> 4)])

    def channel(self, nx: int, ny: int, scale: float) -> NDArray[np.float64]:
        """An (ny, nx) table of frequencies without the constant one; what was not stored is 0."""
        table = np.zeros((ny, nx))
        for row in range(ny):
            for column in range(nx):
                if (row, column) != (0, 0) and column * ny < nx * (ny - row):
                    table[row, column] = (next(self._nibbles) / 7.5 - 1) * scale
        return table


def to_rgb(luminance: float, yellow_blue: float, red_green: float) -> tuple[float, float, float]:
    blue = luminance - 2 / 3 * yellow_blue
    red = (3 * luminance - blue + red_green) / 2
    return red, red - red_green, blue


def decode(text: str) -> Decoded:
    """A ThumbHash decoded by https://evanw.github.io/thumbhash/, without the format's boost of saturation."""
    data = b64decode(text)
    first, second = int.from_bytes(data[:3], "little"), int.from_bytes(data[3:5], "little")
    has_alpha, is_landscape = bool(first >> 23), bool(second >> 15)
    longer, shorter = 5 if has_alpha else 7, second & 7
    nx, ny = (longer, shorter) if is_landscape else (shorter, longer)
    constants = (first & 63) / 63, (first >> 6 & 63) / 31.5 - 1, (first >> 12 & 63) / 31.5 - 1
    alpha, alpha_scale = ((data[5] & 15) / 15, (data[5] >> 4) / 15) if has_alpha else (1.0, 0.0)
    reader = Reader(data[6:] if has_alpha else data[5:])
    tables = [
        reader.channel(max(3, nx), max(3, ny), (first >> 18 & 31) / 31),
        reader.channel(3, 3, (second >> 3 & 63) / 63),
        reader.channel(3, 3, (second >> 9 & 63) / 63),
    ]
    tables += [reader.channel(5, 5, alpha_scale)] if has_alpha else []
    width, height = (32, round(32 * ny / nx)) if nx > ny else (round(32 * nx / ny), 32)
    planes = [
        constant + synthesis(table, height, width)
        for constant, table in zip((*constants, alpha), tables, strict=False)
    ]
    planes += [] if has_alpha else [np.ones((height, width))]
    red, green, blue = to_rgb(*planes[:3])  # type: ignore[arg-type]  # the same arithmetic on planes
    rgba = np.clip(np.dstack([red, green, blue, planes[3]]), 0, 1)
    return Decoded((*to_rgb(*constants), alpha), has_alpha, nx / ny, rgba)


def synthesis(table: NDArray[np.float64], height: int, width: int) -> NDArray[np.float64]:
    """The inverse DCT of the frequencies that were kept."""

    def waves(count: int, length: int) -> NDArray[np.float64]:
        return np.cos(np.pi / length * np.outer(np.arange(length) + 0.5, np.arange(count)))

    return np.asarray(2 * waves(len(table), height) @ table @ waves(table.shape[1], width).T)


def pattern(height: int, width: int, *, has_alpha: bool) -> Pixels:
    """A picture given by a formula, so that any implementation can be fed the same bytes."""
    y, x = np.mgrid[:height, :width]
    channels = [7 * x + 3 * y, x * x + 2 * y, 5 * y + 11 * x * y // 7, 9 * x + 5 * y]
    return np.dstack([channel % 256 for channel in channels[: 4 if has_alpha else 3]]).astype(np.uint8)


@pytest.mark.parametrize(
    ("height", "width", "has_alpha", "expected"),
    [
        (75, 100, False, "HwgGDYJ3dldWVwd0ZmVndqkMx/2G"),
        (100, 60, False, "H/gFDARWVIMwJINTZ2ZJDoX2Ow=="),
        (40, 40, False, "3QcKLwgFZYdFloZ2eGeHZ4d2d6ClDjkI"),
        (100, 7, False, "3QcKIRKGYCeIeGaGhnCS1wY="),
        (3, 2, False, "wQcGBQJ2CYR4i4eIiIe4B4RvB1d3"),
        (48, 64, True, "3veBBIQIpQJ1JoVlJ9/a+miGmBkKXFFpBg=="),
        (90, 33, True, "3ueBCgQHh2agYXhXWX/7jUtjVqDWEpE="),
        (7, 100, True, "XPiBGYAXVkRgl4OZn+tPuiYGd3eHh3c="),
    ],
)
def test_the_same_bytes_as_the_reference(height: int, width: int, has_alpha: bool, expected: str) -> None:
    """Byte for byte what the package thumbhash-python 1.0.1, a port of the reference, makes of it."""
    assert expected == thumbhash(pattern(height, width, has_alpha=has_alpha))


@pytest.mark.parametrize(
    ("text", "aspect", "average"),
    [
        ("3OcRJYB4d3h/iIeHeEh3eIhw+j3A", 1.4, (0.415344, 0.462963, 0.455026, 1)),
        ("2fcZFIB3iId/h3iJh4aIYJ2V8g==", 1.75, (0.383598, 0.399471, 0.407407, 1)),
        ("YJqGPQw7sFltlqhFafSE+Q6oJ1h2iHB2Rw==", 1, (0.759259, 0.457672, 0.306878, 0.733333)),
    ],
)
def test_the_decoder_agrees_with_another(text: str, aspect: float, average: tuple[float, ...]) -> None:
    """Known hashes give the aspect and average that the tests of Perl's Image::ThumbHash list for them."""
    decoded = decode(text)

    assert aspect == decoded.aspect
    assert pytest.approx(average, abs=1e-6) == decoded.average


@pytest.mark.parametrize("seed", range(4))
def test_the_average_color_comes_back(seed: int) -> None:
    """The decoded average is the true one within a step of its few bits."""
    pixels = scene(seed)

    assert pytest.approx(pixels.mean(axis=(0, 1)) / 255, abs=0.04) == decode(thumbhash(pixels)).average[:3]


@pytest.mark.parametrize("shape", [(1, 1), (3, 2), (2, 3), (64, 64), (40, 512)])
def test_a_flat_picture_decodes_flat(shape: tuple[int, int]) -> None:
    """One colour stays one colour: no ghost of a pattern from the arithmetic's rounding."""
    decoded = decode(thumbhash(flat(200, 100, 50, height=shape[0], width=shape[1])))

    if min(shape) > 2:  # below three pixels the format's own frequencies alias
        assert pytest.approx(0, abs=1e-9) == float(np.ptp(decoded.rgba, axis=(0, 1)).max())
    assert pytest.approx([200 / 255, 100 / 255, 50 / 255], abs=0.04) == decoded.average[:3]


@pytest.mark.parametrize(
    ("height", "width", "expected"),
    [(300, 400, 7 / 5), (400, 300, 5 / 7), (512, 512, 1), (100, 700, 7), (512, 2, 1 / 7)],
)
def test_aspect(height: int, width: int, expected: float) -> None:
    """The ratio of the sides comes back in sevenths."""
    assert expected == decode(thumbhash(flat(1, 2, 3, height=height, width=width))).aspect


def test_left_and_right_stay_where_they_are() -> None:
    """A picture that is blue on the left and orange on the right decodes so, upright."""
    rgba = decode(thumbhash(stripes(("#1030D0", 150), ("#F09020", 150), height=200))).rgba
    left, right = rgba[:, 2:12].mean(axis=(0, 1)), rgba[:, -12:-2].mean(axis=(0, 1))

    assert pytest.approx([0x10 / 255, 0x30 / 255, 0xD0 / 255], abs=0.15) == left[:3].tolist()
    assert pytest.approx([0xF0 / 255, 0x90 / 255, 0x20 / 255], abs=0.15) == right[:3].tolist()


@pytest.mark.parametrize(("alpha", "expected"), [(255, False), (254, True), (0, True)])
def test_the_alpha_flag(alpha: int, expected: bool) -> None:
    """The flag is set as soon as a single pixel lets the page through."""
    channel = np.full((192, 192), 255)
    channel[5, 5] = alpha

    assert expected == decode(thumbhash(with_alpha(scene(0), channel))).has_alpha


def test_transparency_is_shown() -> None:
    """Half a picture that is transparent decodes so, and its hidden colour takes no part in the average."""
    pixels = stripes(("#FF0000", 100), ("#00FF00", 100), height=200)
    decoded = decode(thumbhash(with_alpha(pixels, np.tile(np.arange(200) < 100, (200, 1)) * 255)))

    assert pytest.approx((1, 0, 0, 0.5), abs=0.05) == decoded.average
    assert decoded.rgba[:, 2:12, 3].min() > 0.8
    assert decoded.rgba[:, -12:-2, 3].max() < 0.25


def test_a_fully_transparent_picture() -> None:
    """Nothing to see decodes as nothing to see."""
    decoded = decode(thumbhash(flat(250, 128, 3, 0)))

    assert decoded.has_alpha
    assert decoded.rgba[..., 3].max() == 0
