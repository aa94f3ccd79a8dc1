"""Centimetres of a print."""

from __future__ import annotations

import pytest

from media_vm.rules.print_sizes import print_sizes


@pytest.mark.parametrize(
    ("pixels", "fine", "poster"),
    [
        ((3000, 1500), [25.4, 12.7], [50.8, 25.4]),
        ((1, 1), [0.0, 0.0], [0.0, 0.0]),
        ((1199, 12), [10.1, 0.1], [20.3, 0.2]),
    ],
)
def test_what_the_pixels_are_enough_for(pixels: tuple[int, int], fine: list[float], poster: list[float]) -> None:
    """Never rounded up: a print that is promised is as sharp as promised."""
    assert {"300": fine, "150": poster} == print_sizes(*pixels)
