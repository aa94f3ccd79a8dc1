"""Alt text by WCAG 2.2 SC 1.1.1: what a picture conveys in its place, and whose words that are."""

from __future__ import annotations

import re
from collections.abc import Sequence

from media_vm.rules.analysis import AltSource, Swatch
from media_vm.rules.clean_text import clean, cut, is_an_order
from media_vm.rules.findings import Told
from media_vm.rules.known import Known
from media_vm.rules.pictures import DataType

MOST_BY_HAND = 500
_MOST = 250  # characters: screen readers read it in one go

# "Image of": a screen reader says that already.
_PREFIX = re.compile(
    r"^(?:(?:an?|the|this)\s+)?(?:image|picture|photo|photograph|graphic)\s+"
    r"(?:of|showing|shows|depicting|depicts)\s+(?=\S)",
    re.IGNORECASE,
)
_FILE_NAME = re.compile(
    r"\S+\.(?:jpe?g|png|gif|webp|avif|heic|tiff?|bmp|svg|psd)|(?:img|dsc[nf]?|pxl|p|scan)[ _-]?\d+", re.IGNORECASE
)
_CAMERA = re.compile(  # what cameras and programs write into the caption by themselves
    r"(?:olympus|sony|nikon|canon|kodak|minolta|samsung)\b.*\b(?:camera|dsc)|default|untitled|caption|screenshot"
    r"|created with .*|processed (?:with|by) .*|made with .*",
    re.IGNORECASE,
)


def alt_text(known: Known, told: Told | None, palette: Sequence[Swatch]) -> tuple[str, AltSource]:
    """The best words there are and whose: human > embedded > AI > fallback; "" for what only decorates.

    Words that read like an order to a model are nobody's description of a picture, unless a person of the site set
    them.
    """
    if known.human_alt_text is not None:
        return clean(known.human_alt_text, MOST_BY_HAND) or "", AltSource.HUMAN
    if embedded := _usable(known.embedded_caption):
        return embedded, AltSource.EMBEDDED
    if told and known.data_type is DataType.SITES and _only_decorates(told):
        return "", AltSource.AI
    if told and (said := _said(told)):
        return said, AltSource.AI
    return _fallback(known, told, palette), AltSource.FALLBACK


def _only_decorates(told: Told) -> bool:
    """By a model's word, unless somebody may have ordered it to say so."""
    return bool(told.site and told.site.is_decorative) and not told.is_suspicious


def _said(told: Told) -> str | None:
    """The model's alt text, else its shortest other description; of a logo that it read, what it reads."""
    words = (_usable(text) for text in (told.alt_text, told.caption, told.description))
    brand = _usable(told.logo.brand_text) if told.logo else None
    return next(filter(None, words), None) or (f"{brand} logo" if brand else None)


def _usable(text: str | None) -> str | None:
    """As a description: no file name, no camera's default, no order, no "image of"."""
    said = clean(text, 2000)
    if said is None or _FILE_NAME.fullmatch(said) or _CAMERA.fullmatch(said) or is_an_order(said):
        return None
    bare = _PREFIX.sub("", said)
    return cut(bare if bare == said else bare[0].upper() + bare[1:], _MOST)


def _fallback(known: Known, told: Told | None, palette: Sequence[Swatch]) -> str:
    """What can honestly be said without having looked: never a file name."""
    is_logo = known.data_type is DataType.LOGO
    if title := _usable(known.title):
        medium = _usable(told.medium) if told else None
        more = " logo" if is_logo else f", {medium}" if medium else ""
        return cut(title + more, _MOST)
    if is_logo:
        return "Logo"
    kind = "Artwork" if known.data_type is DataType.PRODUCT else "Picture"
    names = list(dict.fromkeys(swatch.name for swatch in palette))[:3]
    return f"{kind} in {_listed(names)}" if names else kind


def _listed(names: Sequence[str]) -> str:
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))
