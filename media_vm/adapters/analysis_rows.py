"""An analysis to its row and back."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime

from media_vm.adapters.tables import MediaAIAnalysis
from media_vm.rules.analysis import Analysis, Description, Measured, Quality, Swatch
from media_vm.rules.pictures import FocalPoint

OWNER = "owner"  # the source of a focal point that nothing measured may replace


def analysis_row(media_id: int, analysis: Analysis, now: datetime) -> MediaAIAnalysis:
    """All columns that this analysis fills; the others stay null."""
    measured, described = analysis.measured, analysis.described
    return MediaAIAnalysis(
        media_id=media_id,
        dominant_colors=[swatch.hex for swatch in measured.palette],
        palette=[asdict(swatch) for swatch in measured.palette],
        quality_score=measured.quality.score,
        technical_score=measured.quality.score,
        technical_parts=asdict(measured.quality),
        perceptual_hash=measured.perceptual_hash,
        thumbhash=measured.thumbhash,
        average_color=measured.average_color,
        focal_x=measured.focal_point.x,
        focal_y=measured.focal_point.y,
        focal_source="saliency",
        has_transparency=measured.has_transparency,
        logo_likeness=measured.logo_likeness,
        style_classification=described.style,
        medium_detected=described.medium,
        subject_matter=described.subject_matter,
        description=described.description,
        caption=described.caption,
        alt_text=described.alt_text,
        detected_text=described.detected_text,
        confidence_score=described.confidence_score,
        mood_keywords=list(described.mood_keywords) or None,
        tags=list(described.tags) or None,
        is_ai_enhanced=analysis.ai_enhanced,
        created_at=now,
        generated_at=now,
    )


def analysis_of(row: MediaAIAnalysis) -> Analysis:
    """What a row holds."""
    measured = Measured(
        palette=tuple(Swatch(**swatch) for swatch in row.palette or []),
        quality=Quality(**row.technical_parts),
        perceptual_hash=row.perceptual_hash or "",
        thumbhash=row.thumbhash or "",
        average_color=row.average_color or "",
        focal_point=FocalPoint(
            0.5 if row.focal_x is None else row.focal_x, 0.5 if row.focal_y is None else row.focal_y
        ),
        has_transparency=bool(row.has_transparency),
        logo_likeness=row.logo_likeness or 0.0,
    )
    described = Description(
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
    )
    return Analysis(measured, described, row.is_ai_enhanced)
