"""What the main API tells of a user's site, out of any JSON (contract §2): words that people wrote, none of
which is believed, or acts."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any, Final

from media_vm.rules.clean_text import clean, clean_each
from media_vm.rules.color_distance import hex_color
from media_vm.rules.known import SiteTold

# Characters. All together less than 5,000, some 1,250 tokens: a question has 2,000 for words (`vision/paid.py`).
_NAME: Final = 200
_WORD: Final = 60
_PROSE: Final = 500
_MOST: Final = 12  # members of a list
_LOOKED_AT: Final = 100  # of a list that is longer


def site_told(body: object) -> SiteTold:
    """What is of another type than it should be is as if it were not there."""
    profile, site = _object(body, "profile"), _object(body, "site")
    return SiteTold(
        display_name=clean(profile.get("display_name"), _NAME),
        bio=clean(profile.get("bio"), _PROSE),
        styles=clean_each(_list(profile, "styles"), _WORD, _MOST),
        catalog=clean_each(_works(_list(body, "catalog")), _NAME, _MOST),
        title=clean(site.get("title"), _NAME),
        theme_colors=_colors(_list(_object(site, "theme"), "colors")),
        brand_guidelines=clean(site.get("brand_guidelines"), _PROSE),
        content_strategy=clean(site.get("content_strategy"), _PROSE),
        page=clean(site.get("page"), _NAME),
        section=clean(site.get("section"), _NAME),
    )


def _works(catalog: list[Any]) -> Iterator[str]:
    """A title and its medium; what has no title is no work."""
    for work in catalog:
        there = work if isinstance(work, dict) else {}
        if title := clean(there.get("title"), _NAME - _WORD):
            yield ", ".join(filter(None, (title, clean(there.get("medium"), _WORD))))


def _colors(colors: list[Any]) -> tuple[str, ...]:
    sound = (found for one in colors if isinstance(one, str) and (found := hex_color(one)))
    return tuple(islice(dict.fromkeys(sound), _MOST))


def _object(there: object, name: str) -> dict[str, Any]:
    found = there.get(name) if isinstance(there, dict) else None
    return found if isinstance(found, dict) else {}


def _list(there: object, name: str) -> list[Any]:
    found = there.get(name) if isinstance(there, dict) else None
    return found[:_LOOKED_AT] if isinstance(found, list) else []
