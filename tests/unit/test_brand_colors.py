"""A logo's colours and grounds."""

from __future__ import annotations

import pytest

from media_vm.rules.analysis import Analysis, LogoFacts, Measured, Safety
from media_vm.rules.brand_colors import brand_colors, enclosed_background, logo_facts
from media_vm.rules.findings import BrandColor, LogoWords, Thing
from tests.said import measured, seen

RED, BLUE, WHITE = ("#E3170A", "red", 0.3), ("#33A1FF", "blue", 0.2), ("#FFFFFF", "white", 0.5)
BLACK, YELLOW = ("#000000", "black", 0.8), ("#FFE11A", "yellow", 0.2)
LOGO = measured(WHITE, RED, BLUE)


@pytest.mark.parametrize(
    ("claimed", "expected"),
    [
        (("#e3170a",), ("#E3170A",)),
        (("#FF0000", "33a1ff"), ("#E3170A", "#33A1FF")),
        (("#33A1FF", "#2F9BF8", "#E3170A"), ("#33A1FF", "#E3170A")),
        (("#FEFEFE",), ("#FFFFFF",)),
        (("#00FF00", "#E3170A"), ("#E3170A",)),
        (("#00FF00",), ("#E3170A", "#33A1FF")),
        (("red", "#12", ""), ("#E3170A", "#33A1FF")),
        ((), ("#E3170A", "#33A1FF")),
    ],
)
def test_measured_colours_outweigh_claims(claimed: tuple[str, ...], expected: tuple[str, ...]) -> None:
    """A claim stands for the measured colour near it, one far from all is dropped; with none left the colourful
    ones stand."""
    words = LogoWords(brand_colors=tuple(BrandColor(one) for one in claimed))

    assert expected == brand_colors(LOGO, words)


@pytest.mark.parametrize(
    ("picture", "expected"),
    [(measured(WHITE, BLACK), ("#FFFFFF", "#000000")), (measured(WHITE, RED), ("#E3170A",)), (measured(), ())],
)
def test_without_a_model_the_colourful_part_is_the_brands(picture: Measured, expected: tuple[str, ...]) -> None:
    """Of a logo in black and white, those."""
    assert expected == brand_colors(picture, None)


def works(picture: Measured, words: LogoWords | None = None) -> tuple[bool | None, bool | None]:
    facts = logo_facts(picture, words, None)
    return facts.works_on_dark, facts.works_on_light


INK = {"has_transparency": True}


@pytest.mark.parametrize(
    ("picture", "expected"),
    [
        (measured(BLACK, **INK), (False, True)),
        (measured(WHITE, **INK), (True, False)),
        (measured(RED, **INK), (True, True)),
        (measured(YELLOW, **INK), (True, False)),
        (measured(("#12204E", "navy", 0.85), ("#FFE11A", "yellow", 0.15), **INK), (False, True)),
        (measured(("#12204E", "navy", 0.5), ("#FFE11A", "yellow", 0.5), **INK), (False, False)),
    ],
)
def test_bare_ink_tells_its_grounds(picture: Measured, expected: tuple[bool, bool]) -> None:
    """By its contrast with black and white, four fifths of it; what a model claims does not count then."""
    claimed = LogoWords(works_on_dark=not expected[0], works_on_light=not expected[1])

    assert expected == works(picture, claimed) == works(picture)


@pytest.mark.parametrize("picture", [LOGO, measured(**INK)])
def test_a_logo_on_a_ground_of_its_own_is_told_by_the_model(picture: Measured) -> None:
    """Its palette holds the ground too: nothing is measured, and without a model nothing known."""
    assert (True, None) == works(picture, LogoWords(works_on_dark=True))
    assert (None, None) == works(picture)


def test_marks_are_the_models_and_googles() -> None:
    """Each once; the brand's text is what a model read, not what Google takes it for."""
    google = seen(logos=(Thing("ACME", 0.9), Thing("Anvil Inc", 0.5)))
    facts = logo_facts(LOGO, LogoWords(trademarks=("acme",)), google)

    assert (("acme", "Anvil Inc"), None) == (facts.trademarks, facts.brand_text)


ENCLOSED = LogoFacts(has_enclosed_background=True)


@pytest.mark.parametrize(
    ("analysis", "expected"),
    [
        (None, None),
        (Analysis(LOGO), None),
        (Analysis(LOGO, logo=LogoFacts()), None),
        (Analysis(LOGO, logo=ENCLOSED), True),
        (Analysis(LOGO, logo=ENCLOSED, safety=Safety(flags=("needs_review",))), True),
        (Analysis(LOGO, logo=ENCLOSED, safety=Safety(flags=("suspected_injection",))), None),
    ],
)
def test_a_hint_is_taken_unless_it_may_be_an_order(analysis: Analysis | None, expected: bool | None) -> None:
    """A logo's own writing may tell a model what to say."""
    assert expected == enclosed_background(analysis)
