"""The words of all providers as one description."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from media_vm.rules.analysis import Description
from media_vm.rules.clean_text import clean, clean_each
from media_vm.rules.findings import Seen, Thing, Told
from media_vm.rules.focal import sound_box

_SURE_LABEL = 0.6  # a label below is Google's guess
_MOST_OBJECTS, _MOST_REGIONS, _MOST_TAGS = 20, 50, 20


def described(seen: Seen | None, told: Told | None, alt_text: str) -> Description:
    """Objects are Google's; text in the image is Google's, who reads better than a model; the rest is the model's,
    with Google's sure labels among its tags."""
    things = tuple(_things(seen.objects))[:_MOST_OBJECTS] if seen else ()
    regions = [box for one in seen.text_regions if (box := sound_box(one))] if seen else []
    found = Description(
        alt_text=alt_text,
        detected_text=clean(seen.text if seen else None, 5000)
        or clean(told.text_in_image if told else None, 5000),
        tags=clean_each([*(told.tags if told else ()), *sure_labels(seen)], 60, _MOST_TAGS),
        detected_objects=things,
        text_regions=tuple(regions[:_MOST_REGIONS]),
    )
    return _with_models_words(found, told) if told else found


def _with_models_words(found: Description, told: Told) -> Description:
    return Description(
        style=clean(told.style, 255),
        medium=clean(told.medium, 255),
        subject_matter=clean(told.subject_matter, 500),
        description=clean(told.description, 1000),
        caption=clean(told.caption, 500),
        alt_text=found.alt_text,
        detected_text=found.detected_text,
        confidence_score=_share(told.confidence),
        mood_keywords=clean_each(told.mood_keywords, 60, 10),
        tags=found.tags,
        detailed_description=clean(told.detailed_description, 4000),
        composition=clean(told.composition, 500),
        categories=clean_each(told.categories, 60, 10),
        detected_objects=found.detected_objects,
        text_regions=found.text_regions,
        aesthetic=None if told.aesthetic is None else min(100, max(0, told.aesthetic)),
    )


def sure_labels(seen: Seen | None) -> Sequence[str]:
    """What Google is sure to see, the surest first."""
    return [one.name for one in _things(seen.labels) if one.confidence >= _SURE_LABEL] if seen else []


def _things(things: Sequence[Thing]) -> Iterator[Thing]:
    """Each name once, the surest first; what has no name or no sound confidence is left out."""
    names: set[str] = set()
    sound = [(share, one) for one in things if (share := _share(one.confidence)) is not None]
    for share, one in sorted(sound, key=lambda pair: -pair[0]):
        name = clean(one.name, 100)
        if name and name.casefold() not in names:
            names.add(name.casefold())
            yield Thing(name, share, sound_box(one.box) if one.box else None)


def _share(number: float | None) -> float | None:
    """0–1, to the four decimals that the database's FLOAT holds; NaN is unknown."""
    return None if number is None or math.isnan(number) else round(min(1.0, max(0.0, number)), 4)
