"""What the OpenAPI tells of the main API's routes by example: what is sent, what comes back, what may go wrong."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from serve import problems
from serve.problems import MEDIA_TYPE, ProblemType

PREFIX = "/api/media"
PROBLEM_SCHEMA: dict[str, Any] = {
    "title": "Problem",
    "description": "RFC 9457 problem details; `type` is the address of a page for people.",
    "type": "object",
    "required": ["type", "title", "status", "detail", "request_id"],
    "properties": {
        "type": {"type": "string", "format": "uri"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "request_id": {"type": "string"},
        "valid_values": {"type": "array", "items": {"type": "string"}},
        "retry_after_seconds": {"type": "integer"},
    },
}
_OF_EVERY_CALL = (
    *(problems.UNAUTHORIZED, problems.INVALID, problems.TOO_MANY_REQUESTS),
    *(problems.UNAVAILABLE, problems.NOT_SET_UP),
)
_OF_A_BODY = (problems.MALFORMED, problems.TOO_LARGE)


@dataclass(frozen=True, slots=True)
class Told:
    """One route. answer: a good one's body; sent: a request's; refusals: those beyond every route's."""

    answer: object = None
    sent: object = None
    refusals: tuple[ProblemType, ...] = ()


_STATUS = {
    "success": True,
    "id": 123,
    "media_id": "789",
    "status": "processing",
    "current_step": "resize_optimize",
    "progress": 50,
    "steps": {
        "retrieve_file": {"status": "completed", "attempts": 1},
        "ai_visual_analysis": {"status": "completed", "attempts": 1},
        "resize_optimize": {"status": "pending", "attempts": 1},
        "update_callback": {"status": "pending", "attempts": 0},
    },
    "next_try": None,
    "error": None,
    "degraded": [],
}
_ITEM = {
    "media_id": "789",
    "pending_image_id": 123,
    "user_id": 456,
    "data_type": "product",
    "status": "completed",
    "original_name": "my-photo.jpg",
    "width": 1500,
    "height": 1000,
    "error": None,
    "created_at": "2026-01-15T10:00:00.000Z",
    "updated_at": "2026-01-15T10:00:07.000Z",
}
_ANALYSIS = {
    "style": "Abstract Expressionist",
    "medium": "Oil on Canvas",
    "subject_matter": "A sunset over a harbour",
    "quality_score": 85,
    "mood_keywords": ["vibrant"],
    "description": "Broad strokes of orange over dark water.",
    "tags": ["sunset", "harbour"],
    "caption": "Sunset over the harbour",
    "alt_text": "A sunset over a harbour, in oil",
    "dominant_colors": ["#FF5733"],
    "detected_objects": [{"name": "boat", "confidence": 0.98}],
    "detected_text": None,
    "confidence_score": 0.92,
    "thumbhash": "1QcSHQRnh493V4dIh4eXh1h4kJUI",
    "average_color": "#C07A4B",
    "focal_point": {"x": 0.5, "y": 0.3},
    "alt_text_source": "model",
    "safety": None,
    "width": 1500,
    "height": 1000,
}
ROUTES: Mapping[tuple[str, str], Told] = {
    ("post", "/wake"): Told({"success": True}, {"pending_image_ids": [123]}),
    ("get", ""): Told({"success": True, "items": [_ITEM], "next_after": "789"}),
    ("get", "/status/{pending_image_id}"): Told(_STATUS),
    ("post", "/retry/{pending_image_id}"): Told(
        {"success": True, "id": 123, "retried": True}, refusals=(problems.CONFLICT, problems.GONE)
    ),
    ("put", "/focal/{media_id}"): Told(
        {"success": True, "focal_point": {"x": 0.5, "y": 0.3}},
        {"x": 0.5, "y": 0.3},
        (problems.NOT_READY, problems.CONFLICT, problems.GONE),
    ),
    ("put", "/alt/{media_id}"): Told(
        {"success": True, "alt_text": "A sunset over a harbour, in oil"},
        {"alt_text": "A sunset over a harbour, in oil"},
        (problems.NOT_READY, problems.GONE),
    ),
    ("put", "/background/{media_id}"): Told(
        {"success": True, "bg": "removed", "background_removed": True}, {"bg": "removed"}, (problems.NO_LOGO,)
    ),
    ("get", "/analysis/{media_id}"): Told(
        {"success": True, "analysis": _ANALYSIS}, refusals=(problems.NOT_READY, problems.GONE)
    ),
}


def tell(verb: str, path: str, operation: dict[str, Any]) -> None:
    """Complete what FastAPI says of a route of the main API, in place."""
    told = ROUTES.get((verb, path.removeprefix(PREFIX)), Told())
    kinds = [*_OF_EVERY_CALL, *told.refusals]
    kinds += [problems.NOT_FOUND] if "{" in path else []
    if sent := operation.get("requestBody"):
        kinds += _OF_A_BODY
        sent["content"]["application/json"]["example"] = told.sent
    good = {status: answer for status, answer in operation["responses"].items() if status != "422"}
    if told.answer is not None:
        next(iter(good.values()))["content"]["application/json"]["example"] = told.answer
    operation["responses"] = good | refusals(kinds)


def refusals(kinds: Iterable[ProblemType]) -> dict[str, Any]:
    """The OpenAPI's answers that are problems, by their status."""
    by_status: dict[str, list[ProblemType]] = {}
    for kind in sorted(kinds, key=lambda kind: (kind.status, kind.slug)):
        by_status.setdefault(str(kind.status), []).append(kind)
    return {status: _refused(those) for status, those in by_status.items()}


def _refused(kinds: list[ProblemType]) -> dict[str, Any]:
    content = {"schema": {"$ref": "#/components/schemas/Problem"}}
    examples = {kind.slug: {"summary": kind.title, "value": _example(kind)} for kind in kinds}
    description = " ".join(dict.fromkeys(kind.meaning for kind in kinds))
    return {"description": description, "content": {MEDIA_TYPE: content | {"examples": examples}}}


def _example(kind: ProblemType) -> dict[str, Any]:
    return {
        "type": f"https://media.example/problems/{kind.slug}",
        "title": kind.title,
        "status": kind.status,
        "detail": kind.meaning,
        "request_id": "7f3e6c1a9b5d4f0e8a2c4b6d8e0f1a2b",
    }
