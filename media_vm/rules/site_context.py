"""A picture within its site: how its measured colours go with the brand's, and what a model said of its place."""

from __future__ import annotations

from collections.abc import Sequence

from media_vm.rules.analysis import SiteContext, Swatch
from media_vm.rules.clean_text import clean, clean_each
from media_vm.rules.color_distance import hex_color, is_saturated, nearest
from media_vm.rules.findings import SiteWords
from media_vm.rules.known import SiteKnown
from media_vm.rules.pictures import FocalPoint

# Between them a colour fits in part. The first is where the palette takes two colours for one; at the second they
# have different names. Set by hand: neighbours such as orange and amber, 0.12 apart, fit by two thirds.
_SAME, _FOREIGN = 0.06, 0.25
_OFF = 0.15  # from here on it is named as off the palette
_LEAST_SHARE = 0.03  # of the picture: less is a detail
_MOST_OFF = 5

# Where text would stand, as (left, top, right, bottom): over the subject it would be no safe place.
_AREAS = {
    "left": (0.0, 0.0, 1 / 3, 1.0),
    "right": (2 / 3, 0.0, 1.0, 1.0),
    "top": (0.0, 0.0, 1.0, 1 / 3),
    "bottom": (0.0, 2 / 3, 1.0, 1.0),
    "center": (1 / 3, 1 / 3, 2 / 3, 2 / 3),
}


def site_context(
    palette: Sequence[Swatch], focal_point: FocalPoint, words: SiteWords | None, known: SiteKnown
) -> SiteContext:
    """The `site_context` of contract §2. A brand score that a model claims is no measure: ours or none."""
    words = words or SiteWords()
    score, off_palette = brand_match(palette, known.brand_colors)
    return SiteContext(
        content_class=clean(words.content_class, 50),
        context_used=clean_each(known.context_used, 50, 10),
        brand_score=score,
        off_palette=off_palette,
        suggestions=clean_each(words.suggestions, 300, 5),
        seo_caption=clean(words.seo_caption, 300),
        text_safe_area=_safe_area(words.text_safe_area, focal_point),
    )


def brand_match(palette: Sequence[Swatch], brand: Sequence[str]) -> tuple[int | None, tuple[str, ...]]:
    """0–100 by share, and the colours that are none of the brand's. Black, greys and white go with every brand.
    None while one of the two is not known."""
    colors = [color for one in brand if (color := hex_color(one))]
    seen = sum(swatch.share for swatch in palette)
    if not colors or not seen:
        return None, ()
    far = [(swatch, _distance(swatch.hex, colors)) for swatch in palette]
    fitting = sum(swatch.share * _fit(apart) for swatch, apart in far)
    off = [swatch.hex for swatch, apart in far if apart >= _OFF and swatch.share >= _LEAST_SHARE]
    return round(100 * fitting / seen), tuple(off[:_MOST_OFF])


def _distance(color: str, brand: Sequence[str]) -> float:
    found = nearest(color, brand) if is_saturated(color) else None
    return found[1] if found else 0.0


def _fit(apart: float) -> float:
    return min(1.0, max(0.0, (_FOREIGN - apart) / (_FOREIGN - _SAME)))


def _safe_area(claimed: str | None, focal_point: FocalPoint) -> str | None:
    """As claimed, unless the subject is there: then nobody knows."""
    area = _AREAS.get(claimed or "")
    if area is None:
        return "none" if claimed == "none" else None
    left, top, right, bottom = area
    is_over = left <= focal_point.x <= right and top <= focal_point.y <= bottom
    return None if is_over else claimed
