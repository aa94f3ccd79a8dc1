"""What a model is sent as its schema, and what becomes of its answer: harmless texts, ranges, words of ours."""

from __future__ import annotations

import math
from typing import Any

import pytest
from pydantic import BaseModel

from media_vm.rules.findings import Provider
from media_vm.rules.pictures import DataType, FocalPoint
from media_vm.vision.model_told import OffSchema, read_answer, told_of
from media_vm.vision.picture_words import Mood
from media_vm.vision.schemas import ArtAnswer, LogoAnswer, SiteAnswer
from media_vm.vision.strict_schema import strict_schema
from tests.model_told_answers import told
from tests.stand_ins.model_answers import ART, LOGO, SITE

FAMILIES = (ArtAnswer, LogoAnswer, SiteAnswer)


def nodes(schema: dict[str, Any]) -> list[dict[str, Any]]:
    below = [*schema.get("anyOf", []), *schema.get("properties", {}).values()]
    below += [schema["items"]] if "items" in schema else []
    return [schema, *(found for one in below for found in nodes(one))]


@pytest.mark.parametrize("family", FAMILIES)
def test_the_schema_is_strict_and_holds_nothing_that_is_refused(family: type[BaseModel]) -> None:
    """Every field required, no other allowed, no reference, and of the keywords only these."""
    allowed = {"type", "enum", "description", "anyOf", "items", "properties", "required", "additionalProperties"}
    for node in nodes(strict_schema(family)):
        assert allowed >= set(node)
        assert "type" in node or "anyOf" in node
        if node.get("type") == "object":
            assert node["required"] == list(node["properties"]) and node["additionalProperties"] is False
            assert node["properties"]


def test_enums_descriptions_and_nulls_are_kept() -> None:
    """They are what tells a model the words, the lengths, and that it may not know."""
    fields = strict_schema(ArtAnswer)["properties"]

    assert {"oil on canvas", "other", "unknown"} <= set(fields["medium"]["enum"])
    assert {"type": "null"} in fields["caption"]["anyOf"]
    assert "160 characters" in fields["alt_text"]["description"]
    assert [one.value for one in Mood] == fields["mood"]["items"]["enum"]


@pytest.mark.parametrize("family", FAMILIES)
def test_a_right_answer_has_every_field_of_the_schema(family: type[BaseModel]) -> None:
    """The stand-in answers as asked, so that no test rests on a default."""
    right = {ArtAnswer: ART, LogoAnswer: LOGO, SiteAnswer: SITE}[family]
    assert list(right) and set(right) == set(strict_schema(family)["properties"])


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (100_000, 100),
        (-5, 0),
        (71.6, 72),
        ("64", 64),
        (None, None),
        (math.nan, None),
        (math.inf, 100),
        (10**400, 100),
    ],
)
def test_scores_are_clamped_to_their_range(said: object, expected: int | None) -> None:
    """A hundred is the most, and what is no number is unknown."""
    assert expected == told(aesthetic=said).aesthetic


@pytest.mark.parametrize(("said", "expected"), [(1.5, 1.0), (-1, 0.0), ("0.5", 0.5), (None, None)])
def test_confidence_is_a_share(said: object, expected: float | None) -> None:
    """Between nought and one, whatever was said."""
    assert expected == told(confidence=said).confidence


@pytest.mark.parametrize(
    "changes",
    [
        {"aesthetic": "high"},
        {"aesthetic": True},
        {"aesthetic": [1]},
        {"tags": "sea, storm"},
        {"mood": "calm"},
        {"description": None},
        {"description": "  \u200b "},
        {"alt_text": 7},
        {"caption": {"de": "x"}},
    ],
    ids=str,
)
def test_wrong_types_and_missing_texts_are_off_the_schema(changes: dict[str, object]) -> None:
    """So that the model is asked once more; the problem is named, the answer not shown."""
    with pytest.raises(OffSchema) as raised:
        read_answer(ART | changes, DataType.PRODUCT)

    assert next(iter(changes)) in str(raised.value)


@pytest.mark.parametrize("missing", ["description", "alt_text", "style", "medium"])
def test_an_answer_without_its_core_is_none(missing: str) -> None:
    """`{}` is not a description of anything."""
    with pytest.raises(OffSchema, match=missing):
        read_answer({name: value for name, value in ART.items() if name != missing}, DataType.PRODUCT)


def test_fields_beyond_the_core_may_be_missing() -> None:
    """Small models forget some: unknown is null, never invented."""
    found = {name: ART[name] for name in ("description", "alt_text", "style", "medium")}
    answer = told_of(read_answer(found, DataType.EVENT), found, Provider.OLLAMA, "m", "v")

    assert (None, None, (), (), None) == (
        answer.aesthetic,
        answer.confidence,
        answer.tags,
        answer.mood_keywords,
        answer.focal_point,
    )


@pytest.mark.parametrize(
    ("style", "other", "expected"),
    [
        ("impressionist", None, "Impressionist"),
        ("POP_ART", None, "Pop Art"),
        ("other", "Superflat", "Superflat"),
        ("vorticist", "Vorticist", "Vorticist"),
        ("vorticist", None, None),
        ("unknown", "Superflat", None),
        (7, None, None),
    ],
)
def test_words_are_of_our_enums_or_other(style: object, other: str | None, expected: str | None) -> None:
    """However they are spelled; a word that is none of ours is `other`, not a failure."""
    assert expected == told(style=style, style_other=other).style


def test_lists_keep_what_is_known_once_each_and_not_too_much() -> None:
    """Unknown moods fall away, tags are cut at fifteen."""
    answer = told(mood=["calm", "Calm", "hangry", 7, "DARK"], tags=[f"tag {n}" for n in range(500)])

    assert ("calm", "dark") == answer.mood_keywords
    assert 15 == len(answer.tags)


@pytest.mark.parametrize(
    ("point", "expected"),
    [({"x": 2, "y": -1}, FocalPoint(1, 0)), ({"x": 0.5}, None), ({}, None), ("left", None), (None, None)],
)
def test_half_a_focal_point_is_none(point: object, expected: FocalPoint | None) -> None:
    """Both halves, within the picture."""
    assert expected == told(focal_point=point).focal_point


def test_brand_colors_are_hex_or_nothing() -> None:
    """Upper case with six digits; what is no colour is left out."""
    seen = [{"hex": "#abc", "role": "primary"}, {"hex": "red"}, {"hex": "112233", "role": "dull"}, "x"]
    logo = told(DataType.LOGO, brand_colors=seen).logo

    assert logo is not None
    assert [("#AABBCC", "primary"), ("#112233", "other")] == [(one.hex, one.role) for one in logo.brand_colors]


def test_a_logos_unknown_words_are_other_and_its_doubts_null() -> None:
    """Claims that are no booleans are not taken for any."""
    logo = told(DataType.LOGO, logo_type="sigil", works_on_dark="yes", has_enclosed_background=1).logo

    assert logo is not None
    assert ("other", None, None) == (logo.logo_type, logo.works_on_dark, logo.has_enclosed_background)


def test_a_decorative_site_picture_has_an_empty_alternative() -> None:
    """That is an answer, not a fault."""
    answer = told(DataType.SITES, alt_text="", is_decorative=True, text_safe_area="everywhere")

    assert answer.site is not None
    assert (None, True, None) == (answer.alt_text, answer.site.is_decorative, answer.site.text_safe_area)
