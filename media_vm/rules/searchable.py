"""The one text by which a picture is found: searched for words, and embedded."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from media_vm.rules.analysis import AltSource, Analysis
from media_vm.rules.clean_text import clean, cut

MOST_SEARCHABLE = 8_000
_MOST_TEXT_IN_IMAGE = 300
_NO_WORDS = frozenset(
    {
        *("img", "dsc", "dscn", "dscf", "pxl", "mvimg", "vid", "jpg", "jpeg", "png", "temp", "tmp", "upload"),
        *("image", "images", "photo", "photos", "picture", "pic", "screenshot", "scan", "whatsapp", "profile"),
        *("copy", "final", "edit", "edited", "untitled", "new", "at", "of", "the", "an"),
    }
)


def searchable_text(analysis: Analysis) -> str:
    """What is known in words, a line each and each word of it once said, at most 8,000 characters."""
    lines = dict.fromkeys(filter(None, _lines(analysis)))
    return cut("\n".join(lines), MOST_SEARCHABLE)


def _lines(analysis: Analysis) -> Iterator[str | None]:
    said = analysis.described
    yield analysis.title
    yield None if analysis.alt_source is AltSource.FALLBACK else said.alt_text  # our own words say nothing new
    yield said.caption
    yield said.description
    yield said.detailed_description
    yield said.style
    yield said.medium
    yield said.subject_matter
    yield ", ".join(said.mood_keywords)
    yield ", ".join(said.tags)
    yield ", ".join(said.categories)
    yield ", ".join(dict.fromkeys(swatch.name for swatch in analysis.measured.palette))
    yield cut(said.detected_text, _MOST_TEXT_IN_IMAGE) if said.detected_text else None


def words_of(original_name: str) -> str | None:
    """The words in a file's name, as somebody may have meant them; None of a camera's `DSC_0042.jpg`."""
    name = clean(original_name, 1000) or ""
    stem = PurePosixPath(name.replace("\\", "/")).name.rsplit(".", 1)[0]
    parts = re.split(r"[\W_]+", stem)
    words = [part for part in parts if len(part) > 1 and part.isalpha()]
    return clean(" ".join(words), 255) if any(one.casefold() not in _NO_WORDS for one in words) else None
