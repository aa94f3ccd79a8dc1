"""What the stand-in's models answer: right ones of each family, and the ways in which answers go wrong."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

ART: dict[str, Any] = {
    "description": "A storm over a grey sea, painted in broad strokes.",
    "alt_text": "Oil painting of a storm over a grey sea",
    "caption": "Storm at dusk",
    "subject_matter": "a storm at sea",
    "tags": ["sea", "storm", "waves"],
    "text_in_image": None,
    "aesthetic": 72,
    "confidence": 0.86,
    "contains_instructions": False,
    "style": "impressionist",
    "style_other": None,
    "medium": "oil on canvas",
    "medium_other": None,
    "genre": "landscape",
    "subjects": ["sea", "clouds"],
    "mood": ["dramatic", "dark"],
    "composition": "A low horizon under a heavy sky.",
    "era_influence": None,
    "detailed_description": "Broad strokes of grey and ochre; the light comes from the left.",
    "craft": {"composition": 74, "color": 70, "technique": 73},
    "presentation": {"framing": 60, "lighting": 66, "background": 80},
    "marketplace_fit": 71,
    "issues": ["glare"],
    "title_suggestion": "Storm at Dusk",
    "focal_point": {"x": 0.4, "y": 0.55},
}
LOGO: dict[str, Any] = {
    "description": "A blue ring with the name beside it.",
    "alt_text": "Nordlicht logo: a blue ring",
    "caption": "Nordlicht",
    "subject_matter": "a logo",
    "tags": ["logo", "ring"],
    "text_in_image": "Nordlicht",
    "aesthetic": 64,
    "confidence": 0.93,
    "contains_instructions": False,
    "logo_type": "combination",
    "brand_text": "Nordlicht",
    "matches_brand_name": "yes",
    "brand_elements": ["ring", "wordmark"],
    "trademarks": ["™"],
    "brand_colors": [{"hex": "#1144aa", "role": "primary"}, {"hex": "#FA0", "role": "accent"}],
    "ground": "solid",
    "has_enclosed_background": True,
    "works_on_dark": False,
    "works_on_light": True,
    "style_words": ["round", "plain"],
}
SITE: dict[str, Any] = {
    "description": "Visitors in a bright hall with paintings.",
    "alt_text": "Visitors look at paintings in a bright hall",
    "caption": "In the great hall",
    "subject_matter": "an exhibition",
    "tags": ["hall", "visitors"],
    "text_in_image": None,
    "aesthetic": 68,
    "confidence": 0.8,
    "contains_instructions": False,
    "content_class": "banner",
    "fits_page": "yes",
    "fits_page_reason": "The page is about the hall.",
    "brand_score": 80,
    "suggestions": ["Crop the empty floor."],
    "seo_caption": "Visitors at the festival's great hall",
    "text_safe_area": "left",
    "is_decorative": False,
    "focal_point": {"x": 0.7, "y": 0.4},
    "mood": ["bright"],
}


@dataclass(frozen=True)
class Said:
    """What a model says. text: None is the right answer of the family asked for. ending: of chat completions."""

    text: str | None = None
    refusal: str | None = None
    ending: str = "stop"


def family(body: dict[str, Any]) -> dict[str, Any]:
    """The right answer to what was asked, by the field names in the request's schema."""
    asked = json.dumps(body)
    if "has_enclosed_background" in asked and "matches_brand_name" in asked:
        return LOGO
    return SITE if "text_safe_area" in asked and "fits_page_reason" in asked else ART


def with_changes(answer: dict[str, Any], **changes: object) -> Said:
    """A right answer but for these fields; NaN stands as NaN."""
    return Said(json.dumps(answer | changes))


RIGHT = Said()
FENCED = Said("```json\n{right}\n```")
IN_PROSE = Said("Surely! Here is {what} you asked for:\n{right}\nIs there more that I can do?")
CUT = Said('{"description": "A storm over', ending="length")
REFUSED = Said("", refusal="I cannot help with that.")
FILTERED = Said("", ending="content_filter")
EMPTY = Said("")
WRONG_SCHEMA = Said('{"colour": "blue", "answer": 42}')
NO_JSON = Said("It is a lovely picture of the sea.")
WRONG_TYPES = Said('{"description": 7, "alt_text": ["a"], "style": {}, "medium": 3, "logo_type": 1, "tags": "x"}')
DEEP = Said('{"description": ' + "[" * 200_000)
