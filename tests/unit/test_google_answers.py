"""Google Vision's answers as our values: what is right is kept, what is odd is left out, nothing breaks."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest

from media_vm.rules.findings import Box, CropHint, Likelihood, SafeSearch, Seen, Thing
from media_vm.vision.google_answers import (
    LONGEST_NAME,
    LONGEST_RAW,
    LONGEST_TEXT,
    MOST_REGIONS,
    MOST_THINGS,
    seen_in,
)

SIZE = (400, 200)
SQUARE = [{}, {"x": 200}, {"x": 200, "y": 200}, {"y": 200}]


def seen(**parts: Any) -> Seen:
    return seen_in(parts, SIZE, (1.0, 3.0))


def polygon(*corners: tuple[object, object]) -> dict[str, Any]:
    return {"vertices": [{"x": x, "y": y} for x, y in corners]}


@pytest.mark.parametrize("answer", [None, 7, "sea", [], [{}], {}, {"labelAnnotations": None}])
def test_no_answer_is_nothing_seen(answer: object) -> None:
    """Unknown, not invented."""
    found = seen_in(answer, SIZE, ())

    assert ((), (), (), None, (), (), None) == (
        found.labels,
        found.objects,
        found.logos,
        found.text,
        found.text_regions,
        found.crop_hints,
        found.safe_search,
    )


ODD: list[Any] = [None, 7, 1.5, True, "sea", [], [None, [], 7, "x", {}], {}, {"x": {}}, math.nan, 10**400]


@pytest.mark.parametrize("odd", ODD, ids=lambda odd: repr(odd)[:20])
@pytest.mark.parametrize(
    "part",
    [
        "labelAnnotations",
        "localizedObjectAnnotations",
        "logoAnnotations",
        "textAnnotations",
        "fullTextAnnotation",
        "cropHintsAnnotation",
        "safeSearchAnnotation",
        "webDetection",
    ],
)
def test_wrong_types_spoil_nothing_else(part: str, odd: object) -> None:
    """One part that is odd; the others are read, and what is kept is JSON."""
    other = "logoAnnotations" if part == "labelAnnotations" else "labelAnnotations"
    found = seen_in({other: [{"description": "Sea"}], part: odd}, SIZE, (1.0,))

    things = found.logos if part == "labelAnnotations" else found.labels
    assert (Thing("Sea", 0.0),) == things
    assert isinstance(json.loads(found.raw, parse_constant=_refused), dict)


def _refused(name: str) -> None:
    raise AssertionError(f"{name} is no JSON")


@pytest.mark.parametrize("odd", ODD, ids=lambda odd: repr(odd)[:20])
@pytest.mark.parametrize(
    "path",
    [
        ("labelAnnotations", 0, "description"),
        ("labelAnnotations", 0, "score"),
        ("localizedObjectAnnotations", 0, "boundingPoly"),
        ("localizedObjectAnnotations", 0, "boundingPoly", "normalizedVertices"),
        ("localizedObjectAnnotations", 0, "boundingPoly", "normalizedVertices", 0),
        ("localizedObjectAnnotations", 0, "boundingPoly", "normalizedVertices", 0, "x"),
        ("fullTextAnnotation", "text"),
        ("fullTextAnnotation", "pages"),
        ("fullTextAnnotation", "pages", 0, "blocks"),
        ("fullTextAnnotation", "pages", 0, "blocks", 0, "paragraphs"),
        ("fullTextAnnotation", "pages", 0, "blocks", 0, "paragraphs", 0, "boundingBox"),
        ("cropHintsAnnotation", "cropHints"),
        ("cropHintsAnnotation", "cropHints", 0, "confidence"),
        ("safeSearchAnnotation", "adult"),
    ],
    ids=str,
)
def test_wrong_types_deep_inside_neither(path: tuple[str | int, ...], odd: object) -> None:
    """Every number that comes out is one, and a share; every text is clean."""
    answer = json.loads(json.dumps(WHOLE))
    inside: Any = answer
    for step in path[:-1]:
        inside = inside[step]
    inside[path[-1]] = odd

    found = seen_in(answer, SIZE, (1.0, 3.0))

    assert all(
        0.0 <= share <= 1.0
        for thing in (*found.labels, *found.objects)
        for share in (thing.confidence, *_shares(thing.box))
    )
    assert all(0.0 <= share <= 1.0 for box in found.text_regions for share in _shares(box))
    json.loads(found.raw, parse_constant=_refused)


def _shares(box: Box | None) -> tuple[float, ...]:
    return () if box is None else (box.left, box.top, box.width, box.height)


WHOLE = {
    "labelAnnotations": [{"description": "Sea", "score": 0.5}],
    "localizedObjectAnnotations": [
        {"name": "Boat", "score": 0.5, "boundingPoly": {"normalizedVertices": [{"x": 0.5, "y": 0.5}, {}]}}
    ],
    "fullTextAnnotation": {
        "text": "hello",
        "pages": [{"blocks": [{"paragraphs": [{"boundingBox": {"vertices": SQUARE}}]}]}],
    },
    "cropHintsAnnotation": {"cropHints": [{"boundingPoly": {"vertices": SQUARE}, "confidence": 0.5}]},
    "safeSearchAnnotation": {"adult": "LIKELY"},
}


@pytest.mark.parametrize(
    ("score", "confidence"),
    [(0.5, 0.5), (7, 1.0), (-1, 0.0), ("NaN", 0.0), (math.nan, 0.0), (math.inf, 0.0), (True, 0.0), (10**400, 0.0)],
    ids=str,
)
def test_a_confidence_is_a_share(score: object, confidence: float) -> None:
    """Whatever it was."""
    assert (Thing("Sea", confidence),) == seen(labelAnnotations=[{"description": "Sea", "score": score}]).labels


def test_the_surest_are_kept() -> None:
    """Fifty of a hundred, wherever they stood."""
    many = [{"description": f"label {at}", "score": at / 200} for at in range(100)]

    labels = seen(labelAnnotations=many).labels

    assert MOST_THINGS == len(labels)
    assert ("label 99", "label 50") == (labels[0].name, labels[-1].name)


def test_names_and_text_cannot_act() -> None:
    """No markup, no address, nothing that turns the writing round; and they end."""
    name = "<b>Sea</b> https://evil.example \u202eabc\x00" + "x" * 200
    found = seen(
        labelAnnotations=[{"description": name}, {"description": "\u200b"}],
        fullTextAnnotation={"text": "word " * 5000},
    )

    (label,) = found.labels
    assert label.name.startswith("Sea abc") and LONGEST_NAME >= len(label.name)
    assert found.text is not None and LONGEST_TEXT >= len(found.text)


def test_text_without_a_page_is_read() -> None:
    """The first annotation is the whole, the others are words with their places."""
    whole = {"description": "SEA VIEW", "boundingPoly": {"vertices": SQUARE}}
    word = {"description": "SEA", "boundingPoly": polygon((0, 0), (100, 50))}

    found = seen(textAnnotations=[whole, word])

    assert ("SEA VIEW", (Box(0.0, 0.0, 0.25, 0.25),)) == (found.text, found.text_regions)


def test_regions_are_paragraphs_or_blocks() -> None:
    """A block stands for itself where it names no paragraphs; two hundred are enough."""
    paragraph = {"boundingBox": polygon((0, 0), (200, 100))}
    bare = {"boundingBox": polygon((200, 100), (400, 200))}
    few = seen(fullTextAnnotation={"pages": [{"blocks": [{"paragraphs": [paragraph], **bare}, bare]}]})
    many = seen(fullTextAnnotation={"pages": [{"blocks": [{"paragraphs": [paragraph] * 150}] * 3}]})

    assert (Box(0.0, 0.0, 0.5, 0.5), Box(0.5, 0.5, 0.5, 0.5)) == few.text_regions
    assert MOST_REGIONS == len(many.text_regions)


@pytest.mark.parametrize(
    ("corners", "box"),
    [
        (((0, 0), (400, 200)), Box(0.0, 0.0, 1.0, 1.0)),
        (((400, 200), (0, 0)), Box(0.0, 0.0, 1.0, 1.0)),
        (((-50, -50), (9999, 100)), Box(0.0, 0.0, 1.0, 0.5)),
        (((100, 100), (100, 150)), None),
        (((500, 300), (600, 400)), None),
        (((0, 0),), None),
        ((("a", None), (200, 100), (100, 50)), Box(0.25, 0.25, 0.25, 0.25)),
        (((math.nan, math.inf),), None),
    ],
    ids=str,
)
def test_a_box_lies_within_the_picture(corners: tuple[tuple[object, object], ...], box: Box | None) -> None:
    """Or is none."""
    logos = seen(logoAnnotations=[{"description": "Acme", "boundingPoly": polygon(*corners)}]).logos

    assert (Thing("Acme", 0.0, box),) == logos


def test_crops_are_named_by_the_ratio_that_was_asked_for() -> None:
    """Google does not say which is which: their shapes do, and one that is none of ours keeps its own."""

    def hint(right: int, bottom: int) -> dict[str, Any]:
        return {"boundingPoly": polygon((0, 0), (right, bottom)), "confidence": 0.5}

    found = seen(cropHintsAnnotation={"cropHints": [hint(400, 133), hint(199, 200), hint(400, 200), hint(0, 0)]})

    assert [3.0, 1.0, 2.0] == [one.ratio for one in found.crop_hints]
    assert CropHint(1.0, Box(0.0, 0.0, 0.4975, 1.0), 0.5) == found.crop_hints[1]


def test_a_likelihood_that_is_none_is_unknown() -> None:
    """A seventh word, a number, nothing at all: never `very unlikely`."""
    found = seen(safeSearchAnnotation={"adult": "LIKELY", "racy": "CERTAIN", "violence": 9, "medical": None})

    assert SafeSearch(adult=Likelihood.LIKELY) == found.safe_search


def test_a_short_answer_is_kept_whole() -> None:
    """Also what we make no use of."""
    found = seen(webDetection={"bestGuessLabels": [{"label": "sea"}]})

    assert {"webDetection": {"bestGuessLabels": [{"label": "sea"}]}} == json.loads(found.raw)


def test_a_page_full_of_letters_is_kept_without_their_boxes() -> None:
    """The labels stay as they came, and the text."""
    letters = [{"boundingBox": {"vertices": SQUARE}}] * 10_000
    found = seen(
        labelAnnotations=[{"description": "Sea", "mid": "/m/1"}],
        fullTextAnnotation={"text": "hello", "pages": [{"blocks": letters}]},
    )
    kept = json.loads(found.raw)

    assert LONGEST_RAW >= len(found.raw)
    assert {"isCut", "labelAnnotations", "fullTextAnnotation"} == set(kept)
    assert ([{"description": "Sea", "mid": "/m/1"}], {"text": "hello"}) == (
        kept["labelAnnotations"],
        kept["fullTextAnnotation"],
    )


@pytest.mark.parametrize(
    "part", [{"labelAnnotations": [{"description": "x" * 300_000}]}, {"odd": math.nan}], ids=["long", "NaN"]
)
def test_what_still_is_too_long_or_no_json_is_kept_as_we_read_it(part: dict[str, Any]) -> None:
    """Always JSON, never longer than a column holds."""
    found = seen(logoAnnotations=[{"description": "Acme"}], **part)

    kept = json.loads(found.raw, parse_constant=_refused)
    assert LONGEST_RAW >= len(found.raw)
    assert ["Acme"] == [logo["name"] for logo in kept["seen"]["logos"]]
