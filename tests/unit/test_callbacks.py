"""What the main API is told, letter for letter."""

from __future__ import annotations

import json
from typing import Any

import pytest

from media_vm.rules.analysis import Analysis, Description, Quality
from media_vm.rules.callbacks import analysis_body, complete_body, degraded_body
from media_vm.rules.pictures import Background, DataType, Format, Made
from tests.said import measured

ANALYSIS = Analysis(
    measured=measured(
        ("#FF5733", "orange", 0.6), ("#33A1FF", "blue", 0.4), quality=Quality(85, 80, 90, None, 100)
    ),
    described=Description(
        style="Abstract Expressionist",
        medium="Oil on Canvas",
        subject_matter="a sunset",
        description="A sunset in “warm” colours",
        caption="Sunset",
        alt_text="A painted sunset",
        detected_text="M. Grün",
        confidence_score=0.92,
        mood_keywords=("vibrant",),
        tags=("sunset", "oil"),
    ),
    ai_enhanced=True,
)
MEASURED_ONLY = Analysis(ANALYSIS.measured)

# The keys of contract §2 in its order.
PRODUCT = {
    "style": "Abstract Expressionist",
    "medium": "Oil on Canvas",
    "subject_matter": "a sunset",
    "quality_score": 85,
    "mood_keywords": ["vibrant"],
    "description": "A sunset in “warm” colours",
    "tags": ["sunset", "oil"],
    "caption": "Sunset",
    "alt_text": "A painted sunset",
    "dominant_colors": ["#FF5733", "#33A1FF"],
    "detected_objects": [],
    "detected_text": "M. Grün",
    "confidence_score": 0.92,
}
UNKNOWN_LOGO: dict[str, Any] = {
    "brand_text": None,
    "logo_type": None,
    "brand_elements": [],
    "trademarks": [],
    "works_on_dark": None,
    "works_on_light": None,
}
LOGO = {
    **PRODUCT,
    "brand_colors": ["#FF5733", "#33A1FF"],
    "background_removed": False,
    "logo": UNKNOWN_LOGO,
}
ORIGINAL = frozenset({Background.ORIGINAL})
UNKNOWN_SITE_CONTEXT: dict[str, Any] = {
    "content_class": None,
    "context_used": [],
    "brand_match": {"score": None, "off_palette": []},
    "suggestions": [],
    "seo_caption": None,
    "text_safe_area": None,
}
SITES = {**PRODUCT, "site_context": UNKNOWN_SITE_CONTEXT}


def sent(data_type: DataType, analysis: Analysis | None, degraded: str | None, *, is_update: bool) -> str:
    made = Made(frozenset({Format.PNG, Format.JPEG, Format.WEBP, Format.AVIF}), ORIGINAL)
    url = "https://media.example/serve/789"
    return complete_body(789, url, made, data_type, analysis, degraded, is_update=is_update)


@pytest.mark.parametrize(
    ("data_type", "expected"),
    [
        (DataType.PRODUCT, PRODUCT),
        (DataType.PROFILE, PRODUCT),
        (DataType.EVENT, PRODUCT),
        (DataType.LOGO, LOGO),
        (DataType.SITES, SITES),
    ],
)
def test_the_analysis_of_each_data_type(data_type: DataType, expected: dict[str, Any]) -> None:
    """The same keys in the same order for all; logos and sites have more."""
    body = analysis_body(ANALYSIS, data_type, ORIGINAL)

    assert expected == body
    assert list(expected) == list(body)


@pytest.mark.parametrize(
    ("faces", "expected"),
    [(ORIGINAL, False), (ORIGINAL | {Background.REMOVED}, True), (frozenset(), None)],
)
def test_whether_a_logos_background_is_removed(faces: frozenset[Background], *, expected: bool | None) -> None:
    """By the faces that are kept; unknown while none is."""
    assert analysis_body(None, DataType.LOGO, faces)["background_removed"] is expected


@pytest.mark.parametrize(("analysis", "score"), [(MEASURED_ONLY, 85), (None, None)])
def test_what_is_unknown_is_null(analysis: Analysis | None, score: int | None) -> None:
    """Without a model nothing is described; without an analysis nothing is known at all. Lists are empty."""
    body = analysis_body(analysis, DataType.SITES, ORIGINAL)

    lists = {"mood_keywords", "tags", "dominant_colors", "detected_objects"}
    colors = ["#FF5733", "#33A1FF"] if analysis else []
    unknown: dict[str, Any] = {name: [] if name in lists else None for name in PRODUCT}
    known = {"quality_score": score, "dominant_colors": colors, "site_context": UNKNOWN_SITE_CONTEXT}
    assert unknown | known == body


def test_what_complete_sends() -> None:
    """The text itself, which every retry repeats byte for byte."""
    analysis = json.dumps(PRODUCT, ensure_ascii=False, separators=(",", ":"))

    assert (
        '{"media_id":"789","permanent_url":"https://media.example/serve/789","processing_complete":true,'
        '"ai_enhanced":true,"update":false,"degraded":[],"formats_available":["avif","webp","jpeg","png"],'
        f'"ai_analysis":{analysis}}}'
    ) == sent(DataType.PRODUCT, ANALYSIS, None, is_update=False)


@pytest.mark.parametrize(("analysis", "ai_enhanced"), [(ANALYSIS, True), (MEASURED_ONLY, False), (None, False)])
@pytest.mark.parametrize("is_update", [True, False])
def test_what_is_said_of_the_analysis(analysis: Analysis | None, *, ai_enhanced: bool, is_update: bool) -> None:
    """Whether a model answered, what is lacking and why, and whether it is an update."""
    body = json.loads(sent(DataType.LOGO, analysis, "outage", is_update=is_update))

    assert (ai_enhanced, is_update) == (body["ai_enhanced"], body["update"])
    assert [{"step": "ai_visual_analysis", "reason": "outage"}] == body["degraded"]


def test_only_formats_that_were_kept_are_available() -> None:
    """Each once, the most modern first."""
    body = complete_body(
        1, "u", Made(frozenset({Format.JPEG}), ORIGINAL), DataType.EVENT, None, None, is_update=False
    )

    assert ["jpeg"] == json.loads(body)["formats_available"]


@pytest.mark.parametrize(
    ("reason", "expected"),
    [(None, []), ("budget", [{"step": "ai_visual_analysis", "reason": "budget"}])],
)
def test_degraded(reason: str | None, expected: list[dict[str, str]]) -> None:
    """Empty when nothing is lacking."""
    assert expected == degraded_body(reason)
