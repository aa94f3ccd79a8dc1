"""A logo's colours and grounds: what was measured outweighs what a model claims."""

from __future__ import annotations

from media_vm.rules.analysis import Analysis, LogoFacts, Measured, Swatch
from media_vm.rules.clean_text import clean, clean_each
from media_vm.rules.color_distance import contrast, hex_color, is_saturated, nearest
from media_vm.rules.findings import LogoWords, Seen
from media_vm.rules.safety import SUSPECTED_INJECTION

MOST_BRAND_COLORS = 5
# Twice the distance (0.06) at which the palette takes two colours for one: a model that reads a hex value off a
# picture is mostly within it, and red, orange and amber are still three.
_NEAR = 0.12
_LEAST_CONTRAST = 3.0  # WCAG 2.2 SC 1.4.11, of a graphic with what is beside it
_MOST_OF_IT = 0.8  # of the ink: without the rest a logo can still be read


def brand_colors(measured: Measured, words: LogoWords | None) -> tuple[str, ...]:
    """The measured colours that a model means, in its order; without its word the colourful ones, the largest
    first, and all of a logo that has none."""
    palette = [swatch.hex for swatch in measured.palette]
    claimed = [hex_color(one.hex) for one in words.brand_colors] if words else []
    snapped = [nearest(color, palette) for color in claimed if color]
    meant = dict.fromkeys(color for color, far in filter(None, snapped) if far <= _NEAR)
    colorful = [color for color in palette if is_saturated(color)]
    return tuple(meant or colorful or palette)[:MOST_BRAND_COLORS]


def logo_facts(measured: Measured, words: LogoWords | None, seen: Seen | None) -> LogoFacts:
    """The `logo` of contract §2. Google's names of logos are of marks that it knows."""
    words = words or LogoWords()
    marks = [one.name for one in seen.logos] if seen else []
    named = clean_each((*words.trademarks, *marks), 100, 10)
    dark, light = _works_on(measured, "#000000"), _works_on(measured, "#FFFFFF")
    return LogoFacts(
        brand_text=clean(words.brand_text, 200),
        logo_type=clean(words.logo_type, 50),
        brand_elements=clean_each(words.brand_elements, 100, 10),
        trademarks=named,
        works_on_dark=words.works_on_dark if dark is None else dark,
        works_on_light=words.works_on_light if light is None else light,
        has_enclosed_background=words.has_enclosed_background,
    )


def enclosed_background(analysis: Analysis | None) -> bool | None:
    """A model's hint to who takes the background away: does it show through parts that are closed all round? None
    while nobody said, or where the logo's own words may have ordered it."""
    if (
        analysis is None
        or analysis.logo is None
        or (analysis.safety and SUSPECTED_INJECTION in analysis.safety.flags)
    ):
        return None
    return analysis.logo.has_enclosed_background


def _works_on(measured: Measured, ground: str) -> bool | None:
    """Does most of the ink stand out? None where the palette holds the logo's own ground too: nobody could tell it
    from ink."""
    ink = sum(swatch.share for swatch in measured.palette)
    if not measured.has_transparency or not ink:
        return None
    return sum(swatch.share for swatch in measured.palette if _stands_out(swatch, ground)) >= _MOST_OF_IT * ink


def _stands_out(swatch: Swatch, ground: str) -> bool:
    return contrast(swatch.hex, ground) >= _LEAST_CONTRAST
