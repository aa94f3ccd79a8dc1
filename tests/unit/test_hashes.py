"""The perceptual hash and the luma plane that it is taken from."""

from __future__ import annotations

import re

import numpy as np
import pytest

from media_vm.vision.hashes import perceptual_hash
from media_vm.vision.luma import luma
from media_vm.vision.shrink import resize
from tests.vision_cards import Pixels, blurred, brighter, flat, logo, noisy, scene, with_alpha


def distance(one: Pixels, other: Pixels) -> int:
    """How many of the 64 bits differ."""
    first, second = (int(perceptual_hash(luma(pixels)), 16) for pixels in (one, other))
    return (first ^ second).bit_count()


@pytest.mark.parametrize(
    ("change", "most"),
    [
        (scene(0), 0),
        (brighter(scene(0), 1.15), 12),
        (brighter(scene(0), 0.7), 4),
        (noisy(scene(0), 10), 6),
        (blurred(scene(0), 2), 6),
        (scene(0, side=96), 6),
        (with_alpha(scene(0), 255), 0),
    ],
    ids=["itself", "brighter", "darker", "noisy", "blurred", "half the size", "with alpha"],
)
def test_the_same_picture_stays_near(change: Pixels, most: int) -> None:
    """What leaves a picture the same to the eye leaves its hash within the distance of a duplicate."""
    assert distance(scene(0), change) <= most


@pytest.mark.parametrize("other", range(1, 8))
def test_different_pictures_are_far_apart(other: int) -> None:
    """Two pictures that have nothing in common differ in at least 20 bits."""
    assert distance(scene(0), scene(other)) >= 20


@pytest.mark.parametrize("shape", [(1, 1), (3, 2), (1, 64), (64, 64), (512, 341)])
def test_a_flat_picture_has_one_hash(shape: tuple[int, int]) -> None:
    """Without any pattern only the mean is left: no bit depends on the arithmetic's rounding."""
    assert perceptual_hash(luma(flat(201, 77, 13, height=shape[0], width=shape[1]))) == "8000000000000000"


def test_format() -> None:
    """64 bits are 16 lower-case hex digits, leading zeros included."""
    hashes = [perceptual_hash(luma(scene(seed))) for seed in range(8)]

    assert all(re.fullmatch("[0-9a-f]{16}", text) for text in hashes)


def test_a_known_pattern() -> None:
    """One cosine from left to right sets the bit of its frequency, the second of the first row."""
    ramp = 128 + 100 * np.cos(np.pi * (np.arange(32) + 0.5) / 32)

    assert perceptual_hash(np.tile(ramp, (32, 1)).astype(np.float32)) == "c000000000000000"


def test_a_transparent_logo_is_near_the_same_on_white() -> None:
    """What lies under transparent pixels is not seen: the logo is hashed as it shows on a white page."""
    ink = (logo().min(axis=2) < 250).astype(np.uint8)
    hidden = np.where(ink[..., None] == 1, logo(), np.uint8(0))

    assert distance(logo(), with_alpha(hidden, 255 * ink)) <= 4


def test_white_ink_is_laid_over_black() -> None:
    """A white logo on transparent ground has a shape to tell, not a blank page."""
    ink = np.where(logo().min(axis=2) < 250, 255, 0)
    plane = luma(with_alpha(flat(255, 255, 255, height=192, width=192), ink))

    assert (plane.min(), plane.max()) == (0, 255)


@pytest.mark.parametrize(
    ("color", "expected"),
    [((255, 0, 0), 76.2), ((0, 255, 0), 149.7), ((0, 0, 255), 29.1), ((100, 100, 100, 0), 255.0)],
)
def test_luma_weights(color: tuple[int, ...], expected: float) -> None:
    """Green is brightest, blue darkest, and nothing at all is the white page."""
    assert pytest.approx(expected, abs=0.1) == float(luma(flat(*color))[0, 0])


@pytest.mark.parametrize(("height", "width"), [(4, 4), (5, 7), (32, 32), (1, 1)])
def test_resize_keeps_the_mean(height: int, width: int) -> None:
    """Every old pixel has the same weight in the new ones together, whatever the ratio."""
    plane = np.random.default_rng(2).random((11, 13))

    assert pytest.approx(plane.mean()) == resize(plane, height, width).mean()


def test_resize_averages_areas() -> None:
    """Half the size is the mean of each two by two pixels."""
    plane = np.arange(16.0).reshape(4, 4)

    assert resize(plane, 2, 2).tolist() == [[2.5, 4.5], [10.5, 12.5]]
