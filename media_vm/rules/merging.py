"""One analysis of all that is said of a picture: what was measured beats what was claimed, and what nobody said is
unknown."""

from __future__ import annotations

from dataclasses import replace

from media_vm.rules.alt_text import alt_text
from media_vm.rules.analysis import Analysis, Measured
from media_vm.rules.brand_colors import brand_colors, logo_facts
from media_vm.rules.clean_text import clean, is_an_order
from media_vm.rules.context import words_told
from media_vm.rules.describing import described
from media_vm.rules.findings import Seen, Told
from media_vm.rules.focal import focal
from media_vm.rules.known import Known
from media_vm.rules.pictures import DataType
from media_vm.rules.provenance import provenance
from media_vm.rules.raw_answers import compact
from media_vm.rules.safety import safety
from media_vm.rules.searchable import searchable_text, words_of
from media_vm.rules.site_context import site_context


def merged(measured: Measured, seen: Seen | None, told: Told | None, known: Known) -> Analysis:
    """seen: Google's answer, told: the vision model's; None where that provider did not answer. Never raises."""
    words, source = alt_text(known, told, measured.palette)
    found = Analysis(
        measured=measured,
        described=described(seen, told, words),
        ai_enhanced=seen is not None or told is not None,
        title=clean(known.title, 255) or words_of(known.original_name),
        alt_source=source,
        focal=focal(known.owners_focal_point, seen, told, measured.focal_point),
        safety=safety(seen, is_suspicious=_is_suspicious(seen, told, known)),
        model=clean(told.model, 100) if told else None,
        prompt_version=clean(told.prompt_version, 50) if told else None,
        raw_google_response=compact(seen.raw) if seen else None,
        raw_gpt4_response=compact(told.raw) if told else None,
    )
    found = _with_type(found, seen, told, known)
    found = replace(found, searchable_text=searchable_text(found))
    return replace(found, provenance=provenance(found, seen, told, known))


def _with_type(found: Analysis, seen: Seen | None, told: Told | None, known: Known) -> Analysis:
    """What is asked of one data type alone."""
    if known.data_type is DataType.LOGO:
        words = told.logo if told else None
        return replace(
            found,
            brand_colors=brand_colors(found.measured, words),
            logo=logo_facts(found.measured, words, seen),
        )
    if known.data_type is DataType.SITES:
        words_of_site = told.site if told else None
        context = site_context(found.measured.palette, found.focal_point, words_of_site, known.site)
        return replace(found, site_context=context)
    return found


def _is_suspicious(seen: Seen | None, told: Told | None, known: Known) -> bool:
    """Does anything that a model was shown, or said, read like an order to it?"""
    shown = (known.title, known.embedded_caption, seen.text if seen else None, *words_told(known.site.told))
    return bool(told and told.is_suspicious) or any(is_an_order(text) for text in shown)
