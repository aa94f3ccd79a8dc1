"""A picture within its site."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media_vm.rules.findings import SiteWords
from media_vm.rules.known import SiteKnown
from media_vm.rules.pictures import FocalPoint
from media_vm.rules.site_context import brand_match, site_context
from tests.said import measured

CENTER = FocalPoint(0.5, 0.5)
OCHRE, NAVY, GREY = ("#C8861D", "ochre", 0.5), ("#12204E", "navy", 0.5), ("#808080", "gray", 0.5)
Match = tuple[int | None, tuple[str, ...]]


@pytest.mark.parametrize(
    ("palette", "brand", "expected"),
    [
        ((OCHRE, NAVY), ("#C8861D", "#12204E"), (100, ())),
        ((OCHRE, NAVY), ("#C8861D",), (50, ("#12204E",))),
        ((OCHRE, GREY), ("#C8861D",), (100, ())),
        ((GREY,), ("#C8861D",), (100, ())),
        ((("#D9A928", "gold", 1.0),), ("#C8861D",), (75, ())),
        ((OCHRE, ("#00FF00", "green", 0.02)), ("#c8861d",), (96, ())),
        ((OCHRE,), ("#00FF00",), (0, ("#C8861D",))),
        ((OCHRE,), (), (None, ())),
        ((OCHRE,), ("ochre", ""), (None, ())),
        ((), ("#C8861D",), (None, ())),
    ],
)
def test_how_well_colours_go_with_the_brands(
    palette: tuple[tuple[str, str, float], ...], brand: tuple[str, ...], expected: Match
) -> None:
    """By share of the picture; greys go with all, neighbours in part, a speck is not named; None is not known."""
    assert expected == brand_match(measured(*palette).palette, brand)


COLORS = st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06X}")


@given(
    colors=st.lists(COLORS, min_size=1, max_size=6, unique=True), brand=st.lists(COLORS, min_size=1, max_size=5)
)
def test_a_match_is_a_percentage(colors: list[str], brand: list[str]) -> None:
    """Of any colours; those off the palette are the picture's. One in the brand's own colours fits whole."""
    palette = measured(*((one, "x", 1 / len(colors)) for one in colors)).palette
    score, off = brand_match(palette, brand)

    assert score is not None and 0 <= score <= 100
    assert set(off) <= set(colors) and len(off) <= 5
    assert (100, ()) == brand_match(palette, colors)


@pytest.mark.parametrize(
    ("claimed", "focal_point", "expected"),
    [
        ("left", CENTER, "left"),
        ("left", FocalPoint(0.2, 0.5), None),
        ("right", FocalPoint(0.9, 0.5), None),
        ("top", FocalPoint(0.5, 0.1), None),
        ("top", FocalPoint(0.5, 0.9), "top"),
        ("bottom", FocalPoint(0.5, 0.9), None),
        ("center", CENTER, None),
        ("center", FocalPoint(0.1, 0.5), "center"),
        ("none", CENTER, "none"),
        ("everywhere", CENTER, None),
        (None, CENTER, None),
    ],
)
def test_text_is_not_safe_over_the_subject(
    claimed: str | None, focal_point: FocalPoint, expected: str | None
) -> None:
    """What a model claims against where the subject is: then nobody knows."""
    context = site_context((), focal_point, SiteWords(text_safe_area=claimed), SiteKnown())

    assert expected == context.text_safe_area


def test_a_models_score_counts_for_nothing() -> None:
    """It is measured, or not known."""
    context = site_context(measured(OCHRE).palette, CENTER, SiteWords(brand_score=99), SiteKnown())

    assert None is context.brand_score


def test_what_was_used_is_told() -> None:
    """Each once; without a model too, for the score needs it."""
    known = SiteKnown(("#C8861D",), context_used=("own", "own", "main_api"))
    context = site_context(measured(OCHRE).palette, CENTER, None, known)

    assert (100, ("own", "main_api")) == (context.brand_score, context.context_used)
