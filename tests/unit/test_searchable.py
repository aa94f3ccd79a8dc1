"""The words by which a picture is found."""

from __future__ import annotations

from dataclasses import replace

import pytest

from media_vm.rules.analysis import AltSource, Analysis
from media_vm.rules.known import Known
from media_vm.rules.merging import merged
from media_vm.rules.pictures import DataType
from media_vm.rules.searchable import searchable_text, words_of
from tests.said import MEASURED, seen, told

KNOWN = Known(DataType.PRODUCT, title="Harbour IV", original_name="IMG_1.jpg")


def test_all_words_are_in_it() -> None:
    """A line each; what was read off the picture is cut to 300 characters, what stands twice stands once."""
    words = told(
        alt_text="Two boats",
        caption="Two boats",
        description="Boats at night",
        style="Cubism",
        medium="Oil",
        subject_matter="boats",
        mood_keywords=("calm", "cold"),
        tags=("sea",),
        categories=("Seascape",),
    )
    found = merged(MEASURED, seen(text="word " * 200), words, KNOWN).searchable_text

    assert found is not None
    assert [
        *("Harbour IV", "Two boats", "Boats at night", "Cubism", "Oil", "boats", "calm, cold", "sea", "Seascape"),
        *("ochre, navy, white", ("word " * 60).strip()),
    ] == found.split("\n")


def test_what_we_say_for_want_of_words_is_not_searched() -> None:
    """ "Artwork in ochre" would make every picture an artwork that is found by that word."""
    known = Known(DataType.PRODUCT, original_name="boats.jpg")

    assert "boats\nochre, navy, white" == merged(MEASURED, None, None, known).searchable_text


def test_it_ends_somewhere() -> None:
    """8,000 characters are what an embedding takes."""
    analysis = Analysis(MEASURED, title="boats", alt_source=AltSource.AI)
    described = replace(analysis.described, detailed_description="night and day " * 1000)

    text = searchable_text(replace(analysis, described=described))

    assert 7900 < len(text) <= 8000
    assert text.endswith(("night", "and", "day"))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("sunset-over_harbour.jpg", "sunset over harbour"),
        ("Grüne Wiese (2).png", "Grüne Wiese"),
        ("C:\\photos\\boats.v2.jpg", "boats"),
        ("IMG_1234.JPG", None),
        ("DSC_0042 copy.jpg", None),
        ("WhatsApp Image 2024-01-01 at 10.11.12.jpeg", None),
        ("a1b2c3d4-0f.jpg", None),
        ("456-profile-789.jpg", None),
        ("", None),
        ("<b>boats</b>.jpg", "boats"),
    ],
)
def test_the_words_in_a_files_name(name: str, expected: str | None) -> None:
    """What a person may have meant; a camera's or a program's name has none."""
    assert expected == words_of(name)
