"""What a later analysis may not change."""

from __future__ import annotations

from dataclasses import replace

import pytest

from media_vm.rules.analysis import AltSource, Analysis, Focal, FocalSource
from media_vm.rules.callbacks import body_text
from media_vm.rules.known import Known
from media_vm.rules.merging import merged
from media_vm.rules.owners_words import in_place_of, told_with, with_alt_text
from media_vm.rules.pictures import DataType, FocalPoint
from tests.said import MEASURED, told

KNOWN = Known(DataType.PRODUCT, original_name="boats.jpg")
FIRST = merged(MEASURED, None, None, KNOWN)
LATER = merged(MEASURED, None, told(alt_text="Two boats", focal_point=FocalPoint(0.6, 0.6)), KNOWN)
OWNERS = replace(FIRST, focal=Focal(FocalPoint(0.1, 0.2), FocalSource.OWNER))
GOOGLES = replace(FIRST, focal=Focal(FocalPoint(0.3, 0.2), FocalSource.GOOGLE))


@pytest.mark.parametrize(
    ("known", "has_variants", "expected"),
    [
        (None, False, LATER.focal),
        (FIRST, False, LATER.focal),
        (GOOGLES, False, LATER.focal),
        (OWNERS, False, OWNERS.focal),
        (OWNERS, True, OWNERS.focal),
        (GOOGLES, True, GOOGLES.focal),
        (FIRST, True, None),
        (None, True, None),
    ],
)
def test_whose_focal_point_stays(known: Analysis | None, expected: Focal | None, *, has_variants: bool) -> None:
    """An owner's always; any that crops were made around, which is saliency's where no other was known."""
    found = in_place_of(known, LATER, has_variants=has_variants)

    assert expected == found.focal
    assert LATER.described == found.described


def test_a_kept_point_keeps_its_source() -> None:
    """The later model did not find it."""
    assert ("local",) == in_place_of(FIRST, LATER, has_variants=True).provenance["focal_point"]
    assert ("openai",) == in_place_of(FIRST, LATER, has_variants=False).provenance["focal_point"]


@pytest.mark.parametrize("words", ["Mine", ""])
def test_a_human_alt_text_stays(words: str) -> None:
    """Also the one that says that there is nothing to say; the rest is new, and found by both."""
    found = in_place_of(with_alt_text(FIRST, words), LATER, has_variants=False)

    assert (words, AltSource.HUMAN) == (found.described.alt_text, found.alt_source)
    assert ("human",) == found.provenance["alt_text"]
    assert found.searchable_text is not None
    assert ([words] if words else []) == found.searchable_text.split("\n")[1:-1]
    assert LATER.model == found.model


def test_a_fallback_gives_way() -> None:
    """Only a person's words stay."""
    assert ("Two boats", AltSource.AI) == (
        (found := in_place_of(FIRST, LATER, has_variants=True)).described.alt_text,
        found.alt_source,
    )


def test_what_is_told_holds_a_persons_words() -> None:
    """Those that are kept by now; nothing else of the body changes, and a body without them not at all."""
    body = body_text({"media_id": "1", "ai_analysis": {"caption": "Bücher", "alt_text": "Two boats"}})

    assert body.replace("Two boats", "Meine") == told_with(body, with_alt_text(FIRST, "Meine"))
    assert [body, body, None] == [told_with(body, LATER), told_with(body, None), told_with(None, LATER)]
    assert told_with(None, with_alt_text(FIRST, "Meine")) is None
