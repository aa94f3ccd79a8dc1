"""The local analysis on real photographs: the ones that scikit-image's wheel brings along."""

from __future__ import annotations

from importlib.util import find_spec
from io import BytesIO
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageEnhance, ImageFilter
from skimage.measure import blur_effect as skimage_blur_effect

from media_vm.raster import Raster
from media_vm.rules.analysis import Measured
from media_vm.rules.pictures import DataType, FocalPoint
from media_vm.vision.local import measure
from media_vm.vision.luma import luma
from media_vm.vision.sharpness import blur_effect
from tests.vision_cards import blurred, logo, stripes

PHOTOGRAPHS = [
    "astronaut.png",
    "chelsea.png",
    "coffee.png",
    "rocket.jpg",
    "retina.jpg",
    "moon.png",
]


def photograph(name: str) -> Image.Image:
    spec = find_spec("skimage")
    assert spec is not None
    assert spec.origin is not None
    with Image.open(Path(spec.origin).parent / "data" / name) as image:
        return image.convert("RGB")


def measured(image: Image.Image) -> Measured:
    small = image.copy()
    small.thumbnail((512, 512))
    pixels = np.asarray(small)
    return measure(Raster(pixels, image.width, image.height, FocalPoint(0.5, 0.5)), DataType.PRODUCT)


def as_jpeg(image: Image.Image, quality: int) -> Image.Image:
    buffer = BytesIO()
    image.save(buffer, "JPEG", quality=quality)
    return Image.open(buffer).convert("RGB")


def bits(one: Measured, other: Measured) -> int:
    return (int(one.perceptual_hash, 16) ^ int(other.perceptual_hash, 16)).bit_count()


@pytest.mark.parametrize("name", PHOTOGRAPHS)
def test_near_duplicates_are_near(name: str) -> None:
    """JPEG at quality 20, half the size, greyscale and 15 % more light all stay within 12 bits."""
    image = photograph(name)
    changed = [
        as_jpeg(image, 20),
        image.resize((image.width // 2, image.height // 2)),
        image.convert("L").convert("RGB"),
        ImageEnhance.Brightness(image).enhance(1.15),
    ]

    assert max(bits(measured(image), measured(other)) for other in changed) <= 12


def test_different_photographs_are_far_apart() -> None:
    """No two of the photographs come nearer to each other than 20 bits."""
    results = [measured(photograph(name)) for name in PHOTOGRAPHS]

    assert min(bits(one, other) for one, other in combinations(results, 2)) >= 20


@pytest.mark.parametrize("name", ["astronaut.png", "chelsea.png", "coffee.png", "rocket.jpg"])
def test_a_photograph_out_of_focus_scores_lower(name: str) -> None:
    """Sharpness is high for the photograph and falls with every step of a Gaussian blur."""
    image = photograph(name)
    image.thumbnail((512, 512))
    pictures = [image, *(image.filter(ImageFilter.GaussianBlur(sigma)) for sigma in (1, 1.7, 2.5))]
    scores = [measured(picture).quality.sharpness or 0 for picture in pictures]

    assert scores[0] >= 90
    assert sorted(set(scores), reverse=True) == scores


@pytest.mark.parametrize("name", ["astronaut.png", "rocket.jpg"])
@pytest.mark.parametrize("sigma", [2, 4])
def test_a_second_opinion_on_blur(name: str, sigma: int) -> None:
    """scikit-image's own blur effect, which looks at slopes instead of steps, agrees within 0.08."""
    image = photograph(name)
    image.thumbnail((512, 512))
    plane = luma(blurred(np.asarray(image), sigma))

    second_opinion: float = skimage_blur_effect(plane / 255, 11)  # type: ignore[no-untyped-call]

    assert pytest.approx(second_opinion, abs=0.08) == blur_effect(plane)


@pytest.mark.parametrize("name", PHOTOGRAPHS)
def test_a_photograph_does_not_look_like_a_logo(name: str) -> None:
    """Photographs have none of a logo's signs, or not all of them."""
    assert measured(photograph(name)).logo_likeness <= 0.1


@pytest.mark.parametrize("quality", [95, 80, 60])
def test_a_logo_saved_as_jpeg_still_looks_like_one(quality: int) -> None:
    """JPEG's ringing around the edges does not hide a logo."""
    assert measured(as_jpeg(Image.fromarray(logo(400)), quality)).logo_likeness >= 0.7


def test_colors_survive_jpeg() -> None:
    """A card of four colours saved as JPEG gives them back within two levels, shares within 0.01."""
    card = stripes(("#1D3557", 160), ("#E63946", 120), ("#F1FAEE", 80), ("#A8DADC", 40), height=300)
    palette = measured(as_jpeg(Image.fromarray(card), 85)).palette
    levels = np.array([list(bytes.fromhex(swatch.hex[1:])) for swatch in palette])

    assert pytest.approx([0.4, 0.3, 0.2, 0.1], abs=0.01) == [swatch.share for swatch in palette]
    assert np.abs(levels - np.array([card[0, x] for x in (0, 200, 300, 399)])).max() <= 2
