"""Kept answers as JSON: back without loss, and refused where they are not what they should be."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media_vm.rules.answer_json import LONGEST, from_json, to_json
from media_vm.rules.findings import (
    Box,
    BrandColor,
    CropHint,
    Likelihood,
    LogoWords,
    Provider,
    SafeSearch,
    Seen,
    SiteWords,
    Thing,
    Told,
)
from media_vm.rules.pictures import FocalPoint

BOX = Box(0.1, 0.2, 0.3, 1)
SEEN = Seen(
    labels=(Thing("sea", 0.93), Thing("sky", 0)),
    objects=(Thing("boat", 0.5, BOX),),
    logos=(Thing("ACME", 1.0),),
    text="Line one\nline two \u0434 \U0001f469\u200d\U0001f3a8",
    text_regions=(BOX, BOX),
    crop_hints=(CropHint(3.0, BOX, 0.7),),
    safe_search=SafeSearch(Likelihood.VERY_LIKELY, racy=Likelihood.POSSIBLE),
    raw='{"a": "\ud800 \x00 <b>"}',
)
TOLD = Told(
    Provider.OPENROUTER,
    "openai/gpt-x",
    "logo-3",
    style="Other",
    mood_keywords=("calm", "vast"),
    aesthetic=71,
    confidence=0.25,
    focal_point=FocalPoint(0, 1),
    logo=LogoWords("ACME", brand_colors=(BrandColor("#FF5733", "main"),), works_on_dark=False),
    site=SiteWords("banner", 80, ("brighter",)),
    is_suspicious=True,
    raw="[]",
)


@pytest.mark.parametrize("answer", [SEEN, TOLD, Seen(), Told(Provider.OLLAMA, "llava", "art-1")])
def test_an_answer_comes_back_as_it_was(answer: Seen | Told) -> None:
    """Every field, nested ones, empty ones, and a raw answer with whatever is in it."""
    assert answer == from_json(to_json(answer))


def test_what_is_kept_is_ascii() -> None:
    """No database's encoding can hurt it."""
    assert to_json(SEEN).isascii()


WORDS = st.text(st.characters(exclude_categories=["C"]), max_size=40)


@given(WORDS, st.floats(0, 1), st.none() | st.integers(0, 100), st.lists(WORDS).map(tuple))
def test_whatever_was_said_comes_back(
    caption: str, confidence: float, aesthetic: int | None, tags: tuple[str, ...]
) -> None:
    """Any text, to the last bit of a number."""
    answer = replace(TOLD, caption=caption, confidence=confidence, aesthetic=aesthetic, tags=tags)

    assert answer == from_json(to_json(answer))


def spoiled(path: str, value: object) -> str:
    """A good answer's text with one field changed."""
    document: Any = json.loads(to_json(SEEN if path.startswith("labels") or "safe" in path else TOLD))
    at = document["of"]
    *way, last = path.split(".")
    for step in way:
        at = at[int(step) if step.isdigit() else step]
    at[last] = value
    return json.dumps(document)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("provider", "skynet"),
        ("provider", None),
        ("provider", ["openai"]),
        ("model", 7),
        ("model", None),
        ("caption", "a" * 60_000),
        ("caption", "evil \u202e bidi"),
        ("caption", "bell \x07"),
        ("caption", "\ud800"),
        ("aesthetic", 101),
        ("aesthetic", -1),
        ("aesthetic", 50.5),
        ("aesthetic", True),
        ("confidence", float("nan")),
        ("confidence", float("inf")),
        ("confidence", 10**4000),
        ("confidence", "0.5"),
        ("tags", "sea"),
        ("tags", [None]),
        ("tags", ["x"] * 5000),
        ("focal_point", {"x": 0.5}),
        ("focal_point", {"x": 0.5, "y": 2}),
        ("focal_point", [0.5, 0.5]),
        ("logo.brand_colors.0.hex", "red"),
        ("logo.brand_colors.0.hex", "#FF5733\n"),
        ("is_suspicious", 1),
        ("raw", "r" * 2_000_001),
        ("extra", 1),
        ("labels.0.confidence", 1.5),
        ("labels.0.box", []),
        ("safe_search.adult", 6),
        ("safe_search.adult", "LIKELY"),
        ("safe_search.adult", True),
    ],
)
def test_a_damaged_row_is_refused(path: str, value: object) -> None:
    """By a ValueError, which names the field and shows nothing of it."""
    with pytest.raises(ValueError, match=r"kept answer|digits") as caught:
        from_json(spoiled(path, value))

    assert len(str(caught.value)) < 200


@pytest.mark.parametrize(
    "text",
    [
        "",
        "null",
        "[]",
        "{}",
        '{"kind": "told"}',
        '{"kind": "told", "of": {}}',
        '{"kind": "told", "of": []}',
        '{"kind": ["told"], "of": {}}',
        '{"kind": "oracle", "of": {}}',
        '{"kind": "seen", "of": {}, "more": 1}',
        "[" * 100_000,
        " " * (LONGEST + 1),
    ],
)
def test_what_is_no_answer_is_refused(text: str) -> None:
    """By a ValueError, whatever it is."""
    with pytest.raises(ValueError, match=r"answer|Expecting|kept"):
        from_json(text)


@pytest.mark.parametrize(
    "answer",
    [
        replace(TOLD, confidence=float("nan")),
        replace(TOLD, confidence=7.0),
        replace(TOLD, caption="\x1b[31m"),
        replace(TOLD, tags=["a list"]),  # type: ignore[arg-type]
    ],
)
def test_what_would_not_come_back_is_not_written(answer: Told) -> None:
    """Found when it is kept, not when it is wanted."""
    with pytest.raises(ValueError, match=r"."):
        to_json(answer)
