"""What became of each picture, out of the same story that `media-vm explain` tells."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Engine

from examples.demo.uploading import Upload
from media_vm.adapters.engine import open_migrated
from media_vm.adapters.explaining import explain_media, media_id_of

STEPS = ("retrieve_file", "ai_visual_analysis", "resize_optimize", "update_callback")
SIZE_SHOWN = "detail"  # what `/serve/{id}` gives when no size is named


@dataclass(frozen=True, slots=True)
class Outcome:
    """One picture's end.

    seconds: by step, all its attempts, waiting for a CPU slot included. bytes: of size `detail`, by format kept.
    media_id: None if media VM never had it.
    """

    upload: Upload
    status: str
    reason: str | None = None
    media_id: str | None = None
    seconds: Mapping[str, float] = field(default_factory=dict)
    bytes: Mapping[str, int] = field(default_factory=dict)


def outcomes_of(uploads: Sequence[Upload], database_url: str) -> list[Outcome]:
    """All of them, in the order of upload."""
    engine = open_migrated(database_url)
    try:
        return [_refused(one) if one.pending_id is None else _told(one, engine) for one in uploads]
    finally:
        engine.dispose()


def _refused(upload: Upload) -> Outcome:
    return Outcome(upload, "refused", upload.refusal)


def _told(upload: Upload, engine: Engine) -> Outcome:
    media_id = media_id_of(engine, upload.pending_id or 0)
    story: Any = explain_media(engine, media_id) if media_id else None
    if story is None:
        return Outcome(upload, "waiting", "media VM has not seen it yet")
    return Outcome(
        upload,
        story["status"],
        story["error"],
        story["media_id"],
        _seconds(story["history"]),
        {one["format"]: one["bytes"] for one in story["variants"] if _is_shown(one)},
    )


def _seconds(history: Sequence[Mapping[str, Any]]) -> dict[str, float]:
    """By step, for those that were tried; an event is called `resize_optimize completed`, say."""
    seconds: dict[str, float] = {}
    for event in history:
        if (step := event["event"].split()[0]) in STEPS:
            seconds[step] = seconds.get(step, 0) + (event["ms"] or 0) / 1000
    return seconds


def _is_shown(variant: Mapping[str, Any]) -> bool:
    return variant["size"] == SIZE_SHOWN and variant["bg"] == "original" and not variant["not_kept"]
