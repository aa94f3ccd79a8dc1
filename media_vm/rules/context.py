"""What a vision model is told of where a picture belongs: facts of ours and of the main API, as data."""

from __future__ import annotations

import json
from typing import Final

from media_vm.rules.clean_text import clean, clean_each
from media_vm.rules.known import Known, SiteTold
from media_vm.rules.pictures import DataType

_LONGEST: Final = 200  # characters of a text
_MOST: Final = 12  # members of a list


def context_of(known: Known) -> str:
    """One JSON object, the same for the same facts: an answer is kept by it. Empty where nothing is known."""
    site = known.site
    facts: dict[str, object] = {"title": clean(known.title, _LONGEST)}
    if known.data_type in (DataType.SITES, DataType.LOGO):
        facts |= {
            "brand_colors": clean_each(site.brand_colors, 7, _MOST),
            "styles": clean_each(site.styles, _LONGEST, _MOST),
            "media": clean_each(site.media, _LONGEST, _MOST),
        }
    if known.data_type is DataType.SITES:
        facts |= _told(site.told)
    there = {name: fact for name, fact in facts.items() if fact}
    return json.dumps(there, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def words_told(told: SiteTold) -> tuple[str, ...]:
    """Everything in it that people wrote freely, and a model is shown."""
    prose = (told.display_name, told.bio, told.title, told.brand_guidelines, told.content_strategy)
    places = (told.page, told.section)
    return (*filter(None, (*prose, *places)), *told.styles, *told.catalog)


def _told(told: SiteTold) -> dict[str, object]:
    """The main API's words, clean since they came (`site_told`)."""
    return {
        "artist": told.display_name,
        "about_the_artist": told.bio,
        "works": told.catalog,
        "site_title": told.title,
        "brand_guidelines": told.brand_guidelines,
        "content_strategy": told.content_strategy,
        "page": told.page,
        "section": told.section,
    }
