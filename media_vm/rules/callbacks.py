"""What the main API is told, and how long we insist (contract §2, §5.6).

One event = one Idempotency-Key = one byte-identical body through every retry.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from media_vm.rules.analysis import Analysis, LogoFacts, SiteContext
from media_vm.rules.pictures import Background, DataType, Format, Made

INSIST_EVERY = timedelta(hours=1)
INSIST_FOR = timedelta(days=7)


class EventKind(StrEnum):
    """The two calls, `complete` twice: the first news and a later update."""

    COMPLETE = "complete"
    UPDATE = "update"
    CLEANUP = "cleanup"


@dataclass(frozen=True, slots=True)
class Event:
    """One thing to tell. pending_id: the main API's id. body: the exact JSON text, None for a cleanup."""

    kind: EventKind
    pending_id: int
    key: str
    body: str | None


@dataclass(frozen=True, slots=True)
class OpenEvent:
    """The oldest event not answered yet, as the checklist sees it: when it was made, when to send it next."""

    kind: EventKind
    created_at: datetime
    due_at: datetime


def analysis_body(
    analysis: Analysis | None, data_type: DataType, backgrounds: frozenset[Background]
) -> dict[str, object]:
    """`ai_analysis` of the callback; unknown is null or empty, never invented. backgrounds: the faces kept, none
    while nothing is made."""
    measured = analysis.measured if analysis else None
    described = analysis.described if analysis else None
    body: dict[str, object] = {
        "style": described and described.style,
        "medium": described and described.medium,
        "subject_matter": described and described.subject_matter,
        "quality_score": analysis and analysis.quality_score,
        "mood_keywords": list(described.mood_keywords) if described else [],
        "description": described and described.description,
        "tags": list(described.tags) if described else [],
        "caption": described and described.caption,
        "alt_text": described and described.alt_text,
        "dominant_colors": [swatch.hex for swatch in measured.palette] if measured else [],
        "detected_objects": [
            {"name": one.name, "confidence": one.confidence}
            for one in (described.detected_objects if described else ())
        ],
        "detected_text": described and described.detected_text,
        "confidence_score": described and described.confidence_score,
    }
    if data_type is DataType.LOGO:
        is_removed = Background.REMOVED in backgrounds if backgrounds else None
        body |= {
            "brand_colors": list(analysis.brand_colors if analysis else ()) or body["dominant_colors"],
            "background_removed": is_removed,
            "logo": _logo(analysis.logo if analysis and analysis.logo else LogoFacts()),
        }
    if data_type is DataType.SITES:
        context = analysis.site_context if analysis else None
        body["site_context"] = _site_context(context or SiteContext())
    return body


def _logo(logo: LogoFacts) -> dict[str, object]:
    """`logo`. Its members are all there, so that a reader needs no guard."""
    return {
        "brand_text": logo.brand_text,
        "logo_type": logo.logo_type,
        "brand_elements": list(logo.brand_elements),
        "trademarks": list(logo.trademarks),
        "works_on_dark": logo.works_on_dark,
        "works_on_light": logo.works_on_light,
    }


def _site_context(context: SiteContext) -> dict[str, object]:
    """`site_context`, whole in the same way."""
    return {
        "content_class": context.content_class,
        "context_used": list(context.context_used),
        "brand_match": {"score": context.brand_score, "off_palette": list(context.off_palette)},
        "suggestions": list(context.suggestions),
        "seo_caption": context.seo_caption,
        "text_safe_area": context.text_safe_area,
    }


def complete_body(
    media_id: int,
    permanent_url: str,
    made: Made,
    data_type: DataType,
    analysis: Analysis | None,
    degraded: str | None,
    *,
    is_update: bool,
) -> str:
    """The body of `POST /api/media/complete/{pending_image_id}` as the text that is sent every time."""
    available = made.formats
    body = {
        "media_id": str(media_id),
        "permanent_url": permanent_url,
        "processing_complete": True,
        "ai_enhanced": bool(analysis and analysis.ai_enhanced),
        "update": is_update,
        "degraded": degraded_body(degraded),
        "formats_available": [form.value for form in Format if form in available],
        "ai_analysis": analysis_body(analysis, data_type, made.backgrounds),
    }
    return body_text(body)


def body_text(body: dict[str, object]) -> str:
    """The one way in which a body is written."""
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def degraded_body(reason: str | None) -> Sequence[dict[str, str]]:
    """`degraded` of callback and status."""
    return [{"step": "ai_visual_analysis", "reason": reason}] if reason else []
