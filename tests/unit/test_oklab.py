"""OKLab and the names of colours."""

from __future__ import annotations

import pytest

from media_vm.vision.color_names import color_name
from media_vm.vision.oklab import from_srgb


@pytest.mark.parametrize(
    ("color", "expected"),
    [
        ((0, 0, 0), (0, 0, 0)),
        ((255, 255, 255), (1, 0, 0)),
        ((255, 0, 0), (0.62796, 0.22486, 0.12585)),
        ((0, 255, 0), (0.86644, -0.23389, 0.17950)),
        ((0, 0, 255), (0.45201, -0.03246, -0.31153)),
    ],
)
def test_oklab_of_the_primaries(color: tuple[int, int, int], expected: tuple[float, float, float]) -> None:
    """The corners of sRGB lie where CSS Color 4 puts them."""
    assert pytest.approx(expected, abs=2e-4) == from_srgb(color)


@pytest.mark.parametrize(
    ("color", "expected"),
    [
        ("#000000", "black"),
        ("#FFFFFF", "white"),
        ("#FF0000", "red"),
        ("#0000FF", "blue"),
        ("#FFD21F", "yellow"),
        ("#7B4A26", "brown"),
        ("#17BEBB", "turquoise"),
        ("#101C48", "navy"),
        ("#FFA0C8", "pink"),
        ("#0E4525", "dark green"),
    ],
)
def test_everyday_names(color: str, expected: str) -> None:
    """A colour gets the name that people give it."""
    assert expected == color_name(tuple(bytes.fromhex(color[1:])))


def test_greys_have_grey_names() -> None:
    """No neutral, however dark, takes the name of a brown or a blue."""
    names = {color_name((level, level, level)) for level in range(256)}

    assert {"black", "charcoal", "dark gray", "gray", "silver", "light gray", "white"} == names
