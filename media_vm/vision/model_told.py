"""A model's checked answer as `Told`: every text harmless and as long as its column, orders to models flagged."""

from __future__ import annotations

import json
import re
import unicodedata
from collections import deque
from collections.abc import Iterator
from typing import Any, Final

from pydantic import ValidationError

from media_vm.rules.clean_text import clean, clean_each, is_an_order
from media_vm.rules.findings import BrandColor, LogoWords, Provider, SiteWords, Told
from media_vm.rules.pictures import DataType, FocalPoint
from media_vm.vision.picture_words import Medium, Style
from media_vm.vision.schemas import ANSWERS, ArtAnswer, LogoAnswer, Point, SiteAnswer

WIDTH: Final = 255  # of the columns style_classification and medium_detected
LINE: Final = 500  # of caption and alt_text
_SUBJECT: Final = 500
_DESCRIPTION: Final = 2_000
_DETAILED: Final = 5_000
_WORD: Final = 60
_LONGEST_RAW: Final = 64_000
_HEX: Final = re.compile(r"#?([0-9a-fA-F]{6}|[0-9a-fA-F]{3})")
_SMALL_WORDS: Final = ("on", "of", "and")
_MOST_TEXTS: Final = 2_000

Answer = ArtAnswer | LogoAnswer | SiteAnswer


class OffSchema(ValueError):
    """The answer is not what was asked for; it says what is wrong, and shows nothing of the answer."""


def read_answer(found: dict[str, Any] | None, data_type: DataType) -> Answer:
    """The object that was found in an answer, checked. OffSchema."""
    if found is None:
        raise OffSchema("there is no JSON object in it")
    try:
        answer = ANSWERS[data_type].model_validate(found)
    except ValidationError as error:
        problems = error.errors(include_url=False, include_input=False, include_context=False)
        named = (f"{'.'.join(str(part)[:40] for part in one['loc'])}: {one['msg'][:80]}" for one in problems[:6])
        raise OffSchema("; ".join(named)[:500]) from None
    if clean(answer.description, _DESCRIPTION) is None:
        raise OffSchema("description: is empty")
    return answer


def told_of(answer: Answer, found: dict[str, Any], provider: Provider, model: str, prompt_version: str) -> Told:
    """The answer in the project's own values; found: the object that it was read from."""
    return Told(
        provider=provider,
        model=model,
        prompt_version=prompt_version,
        description=clean(answer.description, _DESCRIPTION),
        alt_text=clean(answer.alt_text, LINE),
        caption=clean(answer.caption, LINE),
        subject_matter=clean(answer.subject_matter, _SUBJECT),
        text_in_image=clean(answer.text_in_image, _DESCRIPTION),
        tags=clean_each(answer.tags, _WORD, 15),
        aesthetic=answer.aesthetic,
        confidence=answer.confidence,
        is_suspicious=bool(answer.contains_instructions) or _holds_an_order(found),
        raw=_raw(found),
        **_of_its_family(answer),
    )


def _of_its_family(answer: Answer) -> dict[str, Any]:
    if isinstance(answer, LogoAnswer):
        return {"logo": _logo(answer), "categories": ("logo", answer.logo_type.value)}
    if isinstance(answer, SiteAnswer):
        return {
            "site": _site(answer),
            "categories": (answer.content_class.value,),
            "mood_keywords": _words(answer.mood, 5),
            "focal_point": _point(answer.focal_point),
        }
    return {
        "style": _style(answer),
        "medium": _medium(answer),
        "detailed_description": clean(answer.detailed_description, _DETAILED),
        "composition": clean(answer.composition, LINE),
        "mood_keywords": _words(answer.mood, 5),
        "categories": clean_each([answer.genre.value, *answer.subjects], _WORD, 9),
        "focal_point": _point(answer.focal_point),
    }


def _style(answer: ArtAnswer) -> str | None:
    if answer.style is Style.UNKNOWN:
        return None
    return clean(answer.style_other, WIDTH) if answer.style is Style.OTHER else _titled(answer.style.value)


def _medium(answer: ArtAnswer) -> str | None:
    if answer.medium is Medium.UNKNOWN:
        return None
    return clean(answer.medium_other, WIDTH) if answer.medium is Medium.OTHER else _titled(answer.medium.value)


def _titled(words: str) -> str:
    """As the contract spells them: Oil on Canvas."""
    return " ".join(one if one in _SMALL_WORDS else one.capitalize() for one in words.split())


def _logo(answer: LogoAnswer) -> LogoWords:
    colors = [(_hex(one.hex), one.role.value) for one in answer.brand_colors]
    return LogoWords(
        brand_text=clean(answer.brand_text, WIDTH),
        logo_type=answer.logo_type.value,
        brand_elements=clean_each(answer.brand_elements, _WORD, 8),
        trademarks=clean_each(answer.trademarks, _WORD, 8),
        brand_colors=tuple(BrandColor(hex_, role) for hex_, role in colors if hex_ is not None)[:5],
        has_enclosed_background=answer.has_enclosed_background,
        works_on_dark=answer.works_on_dark,
        works_on_light=answer.works_on_light,
    )


def _site(answer: SiteAnswer) -> SiteWords:
    return SiteWords(
        content_class=answer.content_class.value,
        brand_score=answer.brand_score,
        suggestions=clean_each(answer.suggestions, LINE, 5),
        seo_caption=clean(answer.seo_caption, LINE),
        text_safe_area=answer.text_safe_area.value if answer.text_safe_area else None,
        is_decorative=answer.is_decorative,
    )


def _words(words: list[Any], most: int) -> tuple[str, ...]:
    return tuple(str(one.value) for one in words[:most])


def _point(point: Point | None) -> FocalPoint | None:
    """Half a point is none."""
    if point is None or point.x is None or point.y is None:
        return None
    return FocalPoint(point.x, point.y)


def _hex(text: str) -> str | None:
    match = _HEX.fullmatch(text.strip()[:10])
    if match is None:
        return None
    digits = match[1].upper()
    return "#" + (digits if len(digits) == 6 else "".join(one * 2 for one in digits))


def _holds_an_order(found: dict[str, Any]) -> bool:
    """In any text of the answer, read as written, and without the characters that hide a word's parts."""
    for text in _texts_in(found):
        seen = "".join(one for one in text[:20_000] if unicodedata.category(one) != "Cf")
        if is_an_order(seen) or is_an_order(clean(seen, 20_000)):
            return True
    return False


def _texts_in(found: dict[str, Any]) -> Iterator[str]:
    """All its texts, breadth first, so that no depth of nesting matters."""
    waiting: deque[Any] = deque([found])
    taken = 0
    while waiting and taken < _MOST_TEXTS:
        value = waiting.popleft()
        taken += 1
        if isinstance(value, str):
            yield value
        elif isinstance(value, dict):
            waiting.extend(value.values())
        elif isinstance(value, list):
            waiting.extend(value)


def _raw(found: dict[str, Any]) -> str:
    """In ASCII, so that no hidden character stands in it; one that is too long is only told of."""
    try:
        text = json.dumps(found, allow_nan=False)
    except (ValueError, RecursionError):
        return json.dumps({"left_out": "not storable"})
    return text if len(text) <= _LONGEST_RAW else json.dumps({"left_out": "too long", "characters": len(text)})
