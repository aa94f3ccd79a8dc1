"""Who said what: by field of an analysis, the providers (contract §10) or other sources of its value."""

from __future__ import annotations

from collections.abc import Mapping

from media_vm.rules.analysis import AltSource, Analysis, FocalSource
from media_vm.rules.brand_colors import brand_colors
from media_vm.rules.clean_text import clean, clean_each
from media_vm.rules.describing import sure_labels
from media_vm.rules.findings import Provider, Seen, Told
from media_vm.rules.known import Known

Sources = tuple[str, ...]

_LOCAL, _GOOGLE = (Provider.LOCAL.value,), (Provider.GOOGLE.value,)
_MODELS = (  # fields of Description that nobody else fills
    *("style", "medium", "subject_matter", "description", "detailed_description", "caption", "composition"),
    *("mood_keywords", "categories", "confidence_score", "aesthetic"),
)


def provenance(found: Analysis, seen: Seen | None, told: Told | None, known: Known) -> Mapping[str, Sources]:
    """Of every field that is known; one that is not there was said by nobody."""
    model = (told.provider.value,) if told else ()
    said = found.described
    sources: dict[str, Sources] = {"measured": _LOCAL}
    sources |= {field: model for field in _MODELS if getattr(said, field) not in (None, ())}
    sources["alt_text"] = _alt_text(found, model)
    sources["focal_point"] = _focal_point(found, model)
    by_google = {"detected_objects": said.detected_objects, "text_regions": said.text_regions}
    sources |= {field: _GOOGLE for field, value in by_google.items() if value}
    if said.detected_text:
        sources["detected_text"] = _GOOGLE if seen and clean(seen.text, 5000) else model
    if said.tags:
        sources["tags"] = (*(model if told and clean_each(told.tags, 60, 1) else ()), *_labelled(found, seen))
    if found.title:
        sources["title"] = ("given",) if clean(known.title, 255) else ("file_name",)
    if found.safety and found.safety.source:
        sources["safety"] = (found.safety.source,)
    return sources | _of_a_type(found, seen, told, model)


def _alt_text(found: Analysis, model: Sources) -> Sources:
    match found.alt_source:
        case AltSource.AI:
            return model
        case AltSource.HUMAN | AltSource.EMBEDDED as source:
            return (source.value,)
    return _LOCAL


def _focal_point(found: Analysis, model: Sources) -> Sources:
    match found.focal_source:
        case FocalSource.MODEL:
            return model
        case FocalSource.OWNER | FocalSource.GOOGLE as source:
            return (source.value,)
    return _LOCAL


def _labelled(found: Analysis, seen: Seen | None) -> Sources:
    """Google, if a label of its is among the tags."""
    tags = {tag.casefold() for tag in found.described.tags}
    labels = clean_each(sure_labels(seen), 60, len(tags) + 1)
    return _GOOGLE if any(label.casefold() in tags for label in labels) else ()


def _of_a_type(found: Analysis, seen: Seen | None, told: Told | None, model: Sources) -> dict[str, Sources]:
    """A logo's and a site picture's: what was measured, and the model's words where it had any."""
    sources: dict[str, Sources] = {}
    if found.logo:
        is_claimed = found.brand_colors != brand_colors(found.measured, None)
        sources["brand_colors"] = (*(model if is_claimed else ()), *_LOCAL)
        claimed, marks = model if told and told.logo else (), _GOOGLE if seen and seen.logos else ()
        sources["logo"] = (*claimed, *marks, *(_LOCAL if found.measured.has_transparency else ()))
    if found.site_context:
        is_matched = found.site_context.brand_score is not None
        sources["site_context"] = (*(model if told and told.site else ()), *(_LOCAL if is_matched else ()))
    return {field: by for field, by in sources.items() if by}
