"""The palette and the average colour."""

from __future__ import annotations

import numpy as np
import pytest

from media_vm.vision.color_cells import color_cells
from media_vm.vision.palette import average_color, palette
from tests.vision_cards import Pixels, flat, noisy, scene, stripes, with_alpha

CARD = stripes(("#1D3557", 40), ("#E63946", 30), ("#F1FAEE", 20), ("#A8DADC", 10))


def swatches(pixels: Pixels) -> list[tuple[str, float]]:
    return [(swatch.hex, swatch.share) for swatch in palette(color_cells(pixels))]


def test_colors_and_shares_of_a_card() -> None:
    """A card of four colours gives those four, the largest first, each with its share of the picture."""
    expected = [("#1D3557", 0.4), ("#E63946", 0.3), ("#F1FAEE", 0.2), ("#A8DADC", 0.1)]

    assert expected == swatches(CARD)


def test_noise_changes_neither_colors_nor_shares() -> None:
    """Noise of σ 4 moves no colour by more than two levels and no share by more than 0.01."""
    found = swatches(noisy(CARD, 4))

    assert pytest.approx([0.4, 0.3, 0.2, 0.1], abs=0.01) == [share for _, share in found]
    for (color, _), (true, _) in zip(found, swatches(CARD), strict=True):
        assert pytest.approx(list(bytes.fromhex(true[1:])), abs=2) == list(bytes.fromhex(color[1:]))


def test_the_order_of_the_pixels_does_not_matter() -> None:
    """The same colours anywhere in the picture give the same palette: nothing is left to chance."""
    pixels = scene(3)
    shuffled = np.random.default_rng(5).permutation(pixels.reshape(-1, 3)).reshape(pixels.shape)

    assert swatches(pixels) == swatches(shuffled)


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        ("#888888", [("#808080", 1.0)]),
        ("#A0A0A0", [("#808080", 0.6), ("#A0A0A0", 0.4)]),
        ("#80808C", [("#808080", 1.0)]),
        ("#8080A8", [("#808080", 0.6), ("#8080A8", 0.4)]),
    ],
)
def test_colors_that_look_alike_are_one(other: str, expected: list[tuple[str, float]]) -> None:
    """Below ΔE .06 the larger of two colours takes in the smaller; above, both stand."""
    assert expected == swatches(stripes(("#808080", 60), (other, 40)))


def test_a_color_below_half_a_percent_is_left_out() -> None:
    """Four pixels in a thousand are noise, six are a colour."""
    assert swatches(stripes(("#FFFFFF", 996), ("#FF0000", 4))) == [("#FFFFFF", 0.996)]
    assert swatches(stripes(("#FFFFFF", 994), ("#FF0000", 6))) == [("#FFFFFF", 0.994), ("#FF0000", 0.006)]


@pytest.mark.parametrize("seed", range(4))
def test_a_wild_picture_keeps_to_six_swatches(seed: int) -> None:
    """Random pixels fill every cell, and still give six swatches at most, falling, of at most 1 together."""
    pixels = np.random.default_rng(seed).integers(0, 256, (96, 96, 3), dtype=np.uint8)
    shares = [share for _, share in swatches(pixels)]

    assert len(shares) == 6
    assert sorted(shares, reverse=True) == shares
    assert sum(shares) <= 1


@pytest.mark.parametrize(("alpha", "expected"), [(127, 1.0), (128, 0.5)])
def test_only_what_is_visible_counts(alpha: int, expected: float) -> None:
    """A pixel takes part from half its opacity on."""
    pixels = stripes(("#112233", 50), ("#FFAA00", 50))
    veil = np.where(np.arange(100) < 50, 255, alpha)

    assert [("#112233", expected)] == swatches(with_alpha(pixels, np.tile(veil, (64, 1))))[:1]


def test_nothing_visible_has_no_palette() -> None:
    """A fully transparent picture has no colours, and the page's white as its average."""
    cells = color_cells(flat(200, 10, 10, 0))

    assert palette(cells) == ()
    assert average_color(cells) == "#FFFFFF"


@pytest.mark.parametrize(
    ("pixels", "expected"),
    [
        (flat(10, 11, 255), "#0A0BFF"),
        (stripes(("#000000", 50), ("#FFFFFF", 50)), "#808080"),
        (
            with_alpha(stripes(("#000000", 50), ("#204060", 50)), np.tile([0] * 50 + [255] * 50, (64, 1))),
            "#204060",
        ),
    ],
)
def test_average_color(pixels: Pixels, expected: str) -> None:
    """The average is the mean level of each channel over the visible pixels."""
    assert expected == average_color(color_cells(pixels))


def test_swatches_are_named() -> None:
    """Every swatch carries its everyday name."""
    names = [swatch.name for swatch in palette(color_cells(stripes(("#000000", 60), ("#FFE11A", 40))))]

    assert names == ["black", "yellow"]
