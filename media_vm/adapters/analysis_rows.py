"""An analysis to its row and back."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any

from media_vm.adapters.analysis_json import focal_of, listed, raw, raw_of, safety_of, things_of, value_of
from media_vm.adapters.tables import MediaAIAnalysis
from media_vm.rules.analysis import (
    AltSource,
    Analysis,
    Description,
    LogoFacts,
    Measured,
    Quality,
    SiteContext,
    Swatch,
)
from media_vm.rules.findings import Box
from media_vm.rules.pictures import FocalPoint
from media_vm.rules.shown_analysis import safety_body


def analysis_row(media_id: int, analysis: Analysis, now: datetime) -> MediaAIAnalysis:
    """All columns that this analysis fills; the others stay null."""
    point = analysis.focal_point
    return MediaAIAnalysis(
        media_id=media_id,
        created_at=now,
        generated_at=now,
        quality_score=analysis.quality_score,
        focal_x=point.x,
        focal_y=point.y,
        focal_source=analysis.focal_source.value,
        alt_text_source=analysis.alt_source and analysis.alt_source.value,
        is_ai_enhanced=analysis.ai_enhanced,
        title=analysis.title,
        brand_colors=listed(analysis.brand_colors),
        logo=asdict(analysis.logo) if analysis.logo else None,
        site_context=asdict(analysis.site_context) if analysis.site_context else None,
        safety=safety_body(analysis.safety) if analysis.safety else None,
        searchable_text=analysis.searchable_text,
        embedding_due_at=now,
        model=analysis.model,
        prompt_version=analysis.prompt_version,
        provenance={field: list(sources) for field, sources in analysis.provenance.items()} or None,
        raw_google_response=raw(analysis.raw_google_response),
        raw_gpt4_response=raw(analysis.raw_gpt4_response),
        **measured_columns(analysis.measured),
        **_described_columns(analysis.described),
    )


def measured_columns(measured: Measured) -> dict[str, Any]:
    return {
        "dominant_colors": [swatch.hex for swatch in measured.palette],
        "palette": [asdict(swatch) for swatch in measured.palette],
        "technical_score": measured.quality.score,
        "technical_parts": asdict(measured.quality),
        "perceptual_hash": measured.perceptual_hash,
        "thumbhash": measured.thumbhash,
        "average_color": measured.average_color,
        "saliency": [measured.focal_point.x, measured.focal_point.y],
        "has_transparency": measured.has_transparency,
        "logo_likeness": measured.logo_likeness,
    }


def _described_columns(described: Description) -> dict[str, Any]:
    return {
        "style_classification": described.style,
        "medium_detected": described.medium,
        "subject_matter": described.subject_matter,
        "description": described.description,
        "detailed_description": described.detailed_description,
        "composition": described.composition,
        "caption": described.caption,
        "alt_text": described.alt_text,
        "detected_text": described.detected_text,
        "detected_objects": listed(described.detected_objects),
        "text_regions": listed(described.text_regions),
        "confidence_score": described.confidence_score,
        "mood_keywords": listed(described.mood_keywords),
        "tags": listed(described.tags),
        "categories": listed(described.categories),
        "aesthetic_score": described.aesthetic,
    }


def analysis_of(row: MediaAIAnalysis) -> Analysis:
    """What a row holds."""
    return Analysis(
        measured=_measured(row),
        described=_described(row),
        ai_enhanced=row.is_ai_enhanced,
        title=row.title,
        alt_source=AltSource(row.alt_text_source) if row.alt_text_source else None,
        focal=focal_of(row.focal_x, row.focal_y, row.focal_source),
        brand_colors=tuple(row.brand_colors or ()),
        logo=value_of(LogoFacts, row.logo) if row.logo else None,
        site_context=value_of(SiteContext, row.site_context) if row.site_context else None,
        safety=safety_of(row.safety) if row.safety else None,
        searchable_text=row.searchable_text,
        model=row.model,
        prompt_version=row.prompt_version,
        provenance={field: tuple(sources) for field, sources in (row.provenance or {}).items()},
        raw_google_response=raw_of(row.raw_google_response),
        raw_gpt4_response=raw_of(row.raw_gpt4_response),
    )


def _measured(row: MediaAIAnalysis) -> Measured:
    # A row from before `saliency` was a column has no other point than the one that crops are made around.
    x, y = row.saliency or (row.focal_x, row.focal_y)
    return Measured(
        palette=tuple(Swatch(**swatch) for swatch in row.palette or []),
        quality=_quality(row),
        perceptual_hash=row.perceptual_hash or "",
        thumbhash=row.thumbhash or "",
        average_color=row.average_color or "",
        focal_point=FocalPoint(0.5 if x is None else x, 0.5 if y is None else y),
        has_transparency=bool(row.has_transparency),
        logo_likeness=row.logo_likeness or 0.0,
    )


def _quality(row: MediaAIAnalysis) -> Quality:
    """A row of the seed's own has no parts."""
    parts = row.technical_parts
    return Quality(**parts) if parts else Quality(row.quality_score or 0, None, None, None, 0)


def _described(row: MediaAIAnalysis) -> Description:
    return Description(
        style=row.style_classification,
        medium=row.medium_detected,
        subject_matter=row.subject_matter,
        description=row.description,
        caption=row.caption,
        alt_text=row.alt_text,
        detected_text=row.detected_text,
        confidence_score=row.confidence_score,
        mood_keywords=tuple(row.mood_keywords or ()),
        tags=tuple(row.tags or ()),
        detailed_description=row.detailed_description,
        composition=row.composition,
        categories=tuple(row.categories or ()),
        detected_objects=things_of(row.detected_objects),
        text_regions=tuple(value_of(Box, one) for one in row.text_regions or ()),
        aesthetic=row.aesthetic_score,
    )
