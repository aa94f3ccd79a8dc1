"""How different two colours look."""

from __future__ import annotations

import pytest

from media_vm.rules.color_distance import contrast, distance, hex_color, is_saturated, nearest
from media_vm.vision.oklab import from_srgb


@pytest.mark.parametrize(
    ("one", "other", "least", "most"),
    [
        ("#000000", "#FFFFFF", 0.99, 1.01),
        ("#12204E", "#12204E", 0.0, 0.0),
        ("#FF0000", "#FE0000", 0.0, 0.01),
        ("#FF0000", "#E3170A", 0.02, 0.1),
        ("#000000", "#1A1A1A", 0.02, 0.12),
        ("#33A1FF", "#1D5FE0", 0.12, 0.3),
        ("#FF0000", "#00FF00", 0.4, 0.7),
    ],
)
def test_distance_is_what_the_eye_calls_different(one: str, other: str, least: float, most: float) -> None:
    """From either side; near-blacks are near."""
    assert least <= distance(one, other) <= most
    assert distance(one, other) == distance(other, one)


@pytest.mark.parametrize("color", ["#FF0000", "#12204E", "#C8861D", "#33A1FF", "#FBF1D3"])
def test_hues_are_oklabs(color: str) -> None:
    """With the same numbers as `vision`, in which the palette was found."""
    gray = "#777777"
    ours = distance(color, gray) ** 2
    (lightness, a, b), (other, *_) = from_srgb([tuple(bytes.fromhex(one[1:])) for one in (color, gray)])

    assert ours >= a * a + b * b - 1e-6
    assert ours == pytest.approx(a * a + b * b + (toe(lightness) - toe(other)) ** 2, abs=1e-6)


def toe(lightness: float) -> float:
    """The other way round: Ottosson's inverse of it, searched."""
    low, high = 0.0, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        back = (middle**2 + 0.206 * middle) / ((1.206 / 1.03) * (middle + 0.03))
        low, high = (middle, high) if back < lightness else (low, middle)
    return low


@pytest.mark.parametrize(
    ("color", "expected"),
    [("#808080", False), ("#FFFFFF", False), ("#FFFDF0", False), ("#12204E", True), ("#C6A27A", True)],
)
def test_what_has_a_hue(color: str, *, expected: bool) -> None:
    """Greys and paper white have none; navy and tan have."""
    assert expected is is_saturated(color)


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [("#000000", "#FFFFFF", 21.0), ("#777777", "#FFFFFF", 4.48), ("#FF0000", "#FF0000", 1)],
)
def test_contrast_is_wcags(one: str, other: str, expected: float) -> None:
    """From either side."""
    assert (
        expected == pytest.approx(contrast(one, other), abs=0.01) == pytest.approx(contrast(other, one), abs=0.01)
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("#ff5733", "#FF5733"),
        (" FF5733 ", "#FF5733"),
        ("#FF573", None),
        ("red", None),
        ("", None),
        ("#１２３４５６", None),
    ],
)
def test_what_is_a_colour(text: str, expected: str | None) -> None:
    """Six hex digits, with or without their sign."""
    assert expected == hex_color(text)


def test_the_nearest_of_none_is_none() -> None:
    """And of several the one that looks most alike."""
    assert None is nearest("#FF0000", ())
    assert ("#E3170A", distance("#FF0000", "#E3170A")) == nearest("#FF0000", ("#000000", "#E3170A", "#FFFFFF"))
