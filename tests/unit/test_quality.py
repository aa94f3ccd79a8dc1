"""Sharpness, noise, exposure, resolution and the score made of them."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from media_vm.rules.analysis import Quality
from media_vm.rules.pictures import DataType
from media_vm.vision.exposure import exposure_score
from media_vm.vision.luma import luma
from media_vm.vision.noise import noise_score, noise_sigma
from media_vm.vision.quality import quality, resolution_score
from media_vm.vision.sharpness import blur_effect, sharpness_score
from tests.vision_cards import Pixels, blurred, brighter, flat, noisy, raster, scene, stripes, with_alpha


def measured(pixels: Pixels, data_type: DataType = DataType.PRODUCT, side: int = 2400) -> Quality:
    return quality(raster(pixels, side, side), luma(pixels), data_type)


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_blur_lowers_sharpness(seed: int) -> None:
    """The blur effect rises with every step of σ from 0 to 5, and the score falls from 100 to near 0."""
    pictures = [luma(scene(seed)), *(luma(blurred(scene(seed), sigma)) for sigma in range(1, 6))]
    effects = [blur_effect(picture) or 0.0 for picture in pictures]

    assert all(sharper < softer for sharper, softer in pairwise(effects))
    assert sharpness_score(pictures[0]) == 100
    assert (sharpness_score(pictures[5]) or 0) <= 15


def test_blur_along_one_axis_counts() -> None:
    """A shaken camera blurs one axis only: the worse axis decides."""
    shaken = np.mean([np.roll(luma(scene(0)), shift, axis=1) for shift in range(12)], axis=0)

    assert (blur_effect(shaken.astype(np.float32)) or 0.0) > (blur_effect(luma(scene(0))) or 1.0) + 0.2


@pytest.mark.parametrize("shape", [(1, 1), (3, 2), (10, 10), (64, 64)])
def test_sharpness_of_nothing_is_unknown(shape: tuple[int, int]) -> None:
    """A flat or tiny picture is neither sharp nor blurred."""
    assert sharpness_score(luma(flat(90, 120, 30, height=shape[0], width=shape[1]))) is None


@pytest.mark.parametrize("sigma", [2, 5, 10, 20])
@pytest.mark.parametrize("pixels", [flat(128, 128, 128, height=128, width=128), scene(4)])
def test_added_noise_is_measured(pixels: Pixels, sigma: int) -> None:
    """Gaussian noise of a known σ is found again within 10 %, on a flat ground and among hard edges."""
    soft = (32 + pixels * 0.75).astype(np.uint8)  # away from black and white, where noise is clipped

    assert pytest.approx(sigma, rel=0.10) == noise_sigma(luma(noisy(soft, sigma)))


def test_noise_lowers_its_score() -> None:
    """A clean picture has 100, σ 8 is half of that, σ 30 nothing."""
    gray = flat(128, 128, 128, height=128, width=128)
    scores = [noise_score(luma(noisy(gray, sigma))) for sigma in (0.01, 8, 30)]

    assert [100, pytest.approx(50, abs=5), 0] == scores


@pytest.mark.parametrize("shape", [(1, 1), (2, 64), (64, 2)])
def test_noise_of_a_tiny_picture_is_unknown(shape: tuple[int, int]) -> None:
    """The mask needs three pixels each way."""
    assert noise_score(np.zeros(shape, np.float32)) is None


@pytest.mark.parametrize(
    ("pixels", "low", "high"),
    [
        (scene(0), 95, 100),
        (brighter(scene(0), 0.15), 0, 30),
        (brighter(scene(0), 0.02), 0, 0),
        (np.maximum(scene(0), 215), 0, 20),
        (stripes(("#000000", 45), ("#808080", 10), ("#FFFFFF", 45)), 55, 70),
        (flat(255, 255, 255), 0, 0),
        (flat(0, 0, 0), 0, 0),
        (stripes(("#000000", 60), ("#404040", 36), ("#C0C0C0", 4)), 85, 100),
        (stripes(("#FFFFFF", 60), ("#303030", 20), ("#8899AA", 20)), 95, 100),
    ],
    ids=["good", "dark", "black", "washed out", "clipped", "white", "night", "low key", "white ground"],
)
def test_exposure(pixels: Pixels, low: int, high: int) -> None:
    """Too dark, washed out and clipped cost points; low key and a white ground do not."""
    score = exposure_score(luma(pixels))

    assert score is not None
    assert low <= score <= high


def test_exposure_of_nothing_is_unknown() -> None:
    """Where no pixel can be seen there is no exposure to judge."""
    assert measured(with_alpha(scene(0), 0)).exposure is None


def test_exposure_looks_at_visible_pixels() -> None:
    """A cut-out is judged by its subject, not by the white that it is laid on."""
    left = np.tile(np.arange(192) < 96, (192, 1))
    subject = brighter(scene(0), 0.1)

    assert measured(subject).exposure == pytest.approx(
        measured(with_alpha(subject, np.where(left, 255, 0))).exposure, abs=10
    )


@pytest.mark.parametrize(
    ("width", "height", "expected"),
    [
        (1, 1, 0),
        (300, 200, 20),
        (500, 500, 40),
        (800, 1200, 80),
        (2400, 1600, 100),
        (9000, 6000, 100),
        (2400, 100, 20),
    ],
)
def test_resolution(width: int, height: int, expected: int) -> None:
    """A source is worth the largest box it fills; a strip longer than 3:1 is worth no more than 3:1."""
    assert expected == resolution_score(width, height)


def test_a_logo_has_no_exposure_and_no_noise() -> None:
    """Flat ink is neither under- nor overexposed, and its texture is wanted."""
    scores = measured(scene(0), DataType.LOGO)

    assert (scores.exposure, scores.noise) == (None, None)
    assert scores.score == 100


def test_the_score_is_the_weighted_mean_of_its_parts() -> None:
    """.4 sharpness, .3 resolution, .2 exposure and .1 noise; a part that is unknown has no weight."""
    full = measured(scene(0), side=1200)
    unknown_sharpness = measured(flat(128, 128, 128), side=1200)

    assert (full.sharpness, full.resolution, full.noise) == (100, 80, 100)
    assert round(0.4 * 100 + 0.3 * 80 + 0.2 * (full.exposure or 0) + 0.1 * 100) == full.score
    assert unknown_sharpness.sharpness is None
    assert round((24 + 0.2 * (unknown_sharpness.exposure or 0) + 10) / 0.6) == unknown_sharpness.score


def test_nothing_makes_up_for_a_very_weak_part() -> None:
    """A hopelessly blurred picture scores at most 40 above its sharpness, however large it is."""
    scores = measured(blurred(scene(0), 8))

    assert scores.sharpness == 0
    assert scores.score == 40
