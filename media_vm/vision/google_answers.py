"""Google Vision's answer for one picture as our values; every part of it is doubted.

The shape is that of `AnnotateImageResponse` in its JSON form. Whatever in it is not as it should be is left out,
and the rest is kept.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any, Final

from media_vm.rules.clean_text import clean
from media_vm.rules.findings import Box, CropHint, Likelihood, SafeSearch, Seen, Thing

MOST_THINGS: Final = 50
MOST_REGIONS: Final = 200
LONGEST_NAME: Final = 80
LONGEST_TEXT: Final = 5_000
LONGEST_RAW: Final = 256_000
_NEAR: Final = 0.1  # of an asked ratio: a crop is of whole pixels
_DIGITS: Final = 4  # of a share: a tenth of a pixel
_BULK: Final = ("textAnnotations", "fullTextAnnotation")


def seen_in(answer: object, size: tuple[int, int], ratios: Sequence[float]) -> Seen:
    """What it says of a picture of that width and height in pixels, which was asked to be cropped to `ratios`."""
    parts = _object(answer)
    seen = Seen(
        labels=_things(parts, "labelAnnotations", "description", "boundingPoly", size),
        objects=_things(parts, "localizedObjectAnnotations", "name", "boundingPoly", size),
        logos=_things(parts, "logoAnnotations", "description", "boundingPoly", size),
        text=_text(parts),
        text_regions=tuple(_regions(parts, size))[:MOST_REGIONS],
        crop_hints=tuple(_crop_hints(parts, size, ratios))[:MOST_THINGS],
        safe_search=_safe_search(parts.get("safeSearchAnnotation")),
    )
    return _with_raw(seen, parts)


def says_nothing(answer: Mapping[str, Any]) -> bool:
    """Not a word of any kind: each picture has colours and a likelihood for each danger, so this is no answer."""
    return not any(answer.values())


def number(value: object) -> float | None:
    """A finite one; protobuf's JSON has NaN and infinity as texts, and Python's as numbers."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        found = float(value)
    except OverflowError:
        return None
    return found if math.isfinite(found) else None


def _share(value: object) -> float:
    return min(max(number(value) or 0.0, 0.0), 1.0)


def _object(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _list(value: object) -> Sequence[Any]:
    return value if isinstance(value, list) else ()


def _things(
    parts: Mapping[str, Any], kind: str, name: str, polygon: str, size: tuple[int, int]
) -> tuple[Thing, ...]:
    found = [
        Thing(text, _share(one.get("score")), _box(one.get(polygon), size))
        for one in map(_object, _list(parts.get(kind))[: 2 * MOST_THINGS])
        if (text := clean(one.get(name), LONGEST_NAME)) is not None
    ]
    return tuple(sorted(found, key=lambda thing: -thing.confidence)[:MOST_THINGS])


def _text(parts: Mapping[str, Any]) -> str | None:
    whole = clean(_object(parts.get("fullTextAnnotation")).get("text"), LONGEST_TEXT)
    if whole is not None:
        return whole
    return next((clean(_object(one).get("description"), LONGEST_TEXT) for one in _texts(parts)), None)


def _texts(parts: Mapping[str, Any]) -> Sequence[Any]:
    """The first is the whole text, each further one a word."""
    return _list(parts.get("textAnnotations"))


def _regions(parts: Mapping[str, Any], size: tuple[int, int]) -> Iterator[Box]:
    """Paragraphs; blocks that name none; words, where there is no page."""
    polygons = list(_paragraphs(_object(parts.get("fullTextAnnotation"))))
    for polygon in polygons or [_object(one).get("boundingPoly") for one in _texts(parts)[1 : 2 * MOST_REGIONS]]:
        if (box := _box(polygon, size)) is not None:
            yield box


def _paragraphs(full: Mapping[str, Any]) -> Iterator[Any]:
    for page in map(_object, _list(full.get("pages"))):
        for block in map(_object, _list(page.get("blocks"))[: 2 * MOST_REGIONS]):
            paragraphs = [_object(one).get("boundingBox") for one in _list(block.get("paragraphs"))]
            yield from paragraphs[: 2 * MOST_REGIONS] or [block.get("boundingBox")]


def _crop_hints(parts: Mapping[str, Any], size: tuple[int, int], ratios: Sequence[float]) -> Iterator[CropHint]:
    hints = _list(_object(parts.get("cropHintsAnnotation")).get("cropHints"))
    for hint in map(_object, hints[: 2 * MOST_THINGS]):
        if (box := _box(hint.get("boundingPoly"), size)) is not None:
            shape = box.width * size[0] / (box.height * size[1])
            asked = min(ratios, key=lambda ratio: abs(ratio - shape), default=shape)
            ratio = asked if abs(asked - shape) <= _NEAR * asked else round(shape, 3)
            yield CropHint(ratio, box, _share(hint.get("confidence")))


def _box(polygon: object, size: tuple[int, int]) -> Box | None:
    """Around its corners, within the picture. A coordinate of 0 is left out of JSON. None: no area."""
    shape = _object(polygon)
    corners, width, height = _list(shape.get("normalizedVertices")), 1, 1
    if not corners:
        corners, (width, height) = _list(shape.get("vertices")), size
    at = [(number(one.get("x", 0)), number(one.get("y", 0))) for one in map(_object, corners[:100])]
    across = [min(max(x / width, 0.0), 1.0) for x, _ in at if x is not None]
    down = [min(max(y / height, 0.0), 1.0) for _, y in at if y is not None]
    if not across or not down:
        return None
    left, top = round(min(across), _DIGITS), round(min(down), _DIGITS)
    wide, high = round(max(across) - left, _DIGITS), round(max(down) - top, _DIGITS)
    return Box(left, top, wide, high) if wide > 0 and high > 0 else None


def _safe_search(value: object) -> SafeSearch | None:
    said = _object(value)
    if not said:
        return None
    kinds = {kind: _likelihood(said.get(kind)) for kind in ("adult", "violence", "racy", "medical", "spoof")}
    return SafeSearch(**kinds)


def _likelihood(value: object) -> Likelihood:
    if isinstance(value, str) and value in Likelihood.__members__:
        return Likelihood[value]
    return Likelihood.UNKNOWN


def _with_raw(seen: Seen, parts: Mapping[str, Any]) -> Seen:
    """The whole answer; without the box of each letter when it is long; else what was taken from it."""
    for kept in (parts, {kind: part for kind, part in parts.items() if kind not in _BULK} | _short_text(seen)):
        raw = _as_json(kept)
        if raw is not None and len(raw) <= LONGEST_RAW:
            return replace(seen, raw=raw)
    return replace(seen, raw=_as_json({"isCut": True, "seen": asdict(replace(seen, raw=""))}) or "{}")


def _short_text(seen: Seen) -> dict[str, Any]:
    return {"isCut": True, "fullTextAnnotation": {"text": seen.text}}


def _as_json(value: object) -> str | None:
    """ASCII, so that its length is its bytes and no database's character set minds it; None: no JSON has that."""
    try:
        return json.dumps(value, allow_nan=False, separators=(",", ":"))
    except (TypeError, ValueError, RecursionError):
        return None
