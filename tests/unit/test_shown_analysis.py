"""What is told of an analysis beyond the callback."""

from __future__ import annotations

from media_vm.rules.analysis import Analysis
from media_vm.rules.findings import Likelihood, SafeSearch, Thing
from media_vm.rules.known import Known
from media_vm.rules.merging import merged
from media_vm.rules.pictures import DataType, FocalPoint
from media_vm.rules.shown_analysis import origin_body, page_body
from tests.said import MEASURED, seen, told

NUDE = SafeSearch(Likelihood.VERY_LIKELY, Likelihood.UNLIKELY, Likelihood.LIKELY)


def test_a_page_learns_whether_it_may_show_the_picture() -> None:
    """With whose alt text it is, and what it can draw before the picture comes."""
    google = seen(labels=(Thing("Painting", 0.9),), safe_search=NUDE)
    known = Known(DataType.PRODUCT, owners_focal_point=FocalPoint(0.25, 0.75))

    assert {
        "thumbhash": MEASURED.thumbhash,
        "average_color": "#B07070",
        "focal_point": {"x": 0.25, "y": 0.75},
        "alt_text_source": "ai",
        "safety": {
            "verdict": "mature",
            "source": "google",
            "adult": "very_likely",
            "violence": "unlikely",
            "racy": "likely",
            "medical": "unknown",
            "spoof": "unknown",
            "flags": ["needs_review"],
        },
    } == page_body(merged(MEASURED, google, told(alt_text="A nude"), known))


def test_what_is_unknown_is_null() -> None:
    """Of an analysis from before there was a verdict."""
    body = page_body(Analysis(MEASURED))

    assert (None, None) == (body["safety"], body["alt_text_source"])


def test_an_operator_learns_where_it_comes_from() -> None:
    """Both halves of the quality, the model and its question, and who said what."""
    body = origin_body(merged(MEASURED, None, told(style="Cubism", aesthetic=80), Known(DataType.EVENT)))

    assert {
        "ai_enhanced": True,
        "technical_score": 60,
        "aesthetic_score": 80,
        "focal_source": "saliency",
        "model": "gpt-5.4-mini",
        "prompt_version": "art-1",
        "provenance": {
            "measured": ["local"],
            "style": ["openai"],
            "aesthetic": ["openai"],
            "alt_text": ["local"],
            "focal_point": ["local"],
        },
    } == body
