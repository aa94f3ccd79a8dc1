"""What an owner set, and what is live already, against an analysis that comes later."""

from __future__ import annotations

import json
from dataclasses import replace

from media_vm.rules.analysis import AltSource, Analysis, FocalSource
from media_vm.rules.callbacks import body_text
from media_vm.rules.searchable import searchable_text

_HUMAN, _LOCAL = ("human",), ("local",)


def with_alt_text(analysis: Analysis, alt_text: str) -> Analysis:
    """A person's words; "" says that the picture only decorates."""
    described = replace(analysis.described, alt_text=alt_text)
    sources = {**analysis.provenance, "alt_text": _HUMAN}
    told = replace(analysis, described=described, alt_source=AltSource.HUMAN, provenance=sources)
    return replace(told, searchable_text=searchable_text(told))


def told_with(body: str | None, known: Analysis | None) -> str | None:
    """What the main API is told, with the person's alt text if there is one: they may have written it after the
    body was made. known: as it is kept now."""
    if body is None or known is None or known.alt_source is not AltSource.HUMAN:
        return body
    told = json.loads(body)
    told["ai_analysis"]["alt_text"] = known.described.alt_text
    return body_text(told)


def in_place_of(known: Analysis | None, later: Analysis, *, has_variants: bool) -> Analysis:
    """A later analysis with what it may not change: a human alt text, an owner's focal point, and the focal point
    that crops were made around (contract §5.4: late analysis never re-crops)."""
    if has_variants or (known and known.focal_source is FocalSource.OWNER):
        by = known.provenance.get("focal_point", _LOCAL) if known else _LOCAL
        later = replace(later, focal=known.focal if known else None)
        later = replace(later, provenance={**later.provenance, "focal_point": by})
    if known and known.alt_source is AltSource.HUMAN:
        later = with_alt_text(later, known.described.alt_text or "")
    return later
