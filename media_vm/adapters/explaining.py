"""What an operator asks of the database: the whole machine's state, and one picture's whole story."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Engine, func
from sqlmodel import Session, col, select

from media_vm.adapters.analysis_rows import analysis_of
from media_vm.adapters.leases import oldest_open
from media_vm.adapters.rows import checklist_of
from media_vm.adapters.tables import (
    MediaAIAnalysis,
    MediaCallback,
    MediaEvent,
    MediaFile,
    MediaMark,
    MediaVariant,
    ProcessingChecklist,
)
from media_vm.adapters.transactions import database_now, reading
from media_vm.rules.callbacks import analysis_body
from media_vm.rules.pictures import MediaStatus
from media_vm.rules.progress import status_body

Story = dict[str, object]


def describe_machine(engine: Engine) -> Story:
    """How many media there are of each status, what waits and since when, and how the last poll went."""
    with reading(engine) as session:
        now = database_now(session)
        counted = session.exec(select(MediaFile.status, func.count()).group_by(col(MediaFile.status))).all()
        counts = {MediaStatus(status): number for status, number in counted}
        row = ProcessingChecklist
        due = session.exec(select(func.min(row.due_at))).one()
        leased = session.exec(select(func.count()).where(col(row.lease_expires_at).is_not(None))).one()
        unfinished = col(MediaFile.status).in_([MediaStatus.DOWNLOADING, MediaStatus.PROCESSING])
        oldest = session.exec(select(func.min(MediaFile.created_at)).where(unfinished)).one()
        errors = (
            select(row.last_error_kind, row.last_error_reason, func.count())
            .where(col(row.last_error_kind).is_not(None))
            .group_by(col(row.last_error_kind), col(row.last_error_reason))
        )
        failures = {f"{kind}:{reason}": number for kind, reason, number in session.exec(errors)}
        poll = session.get(MediaMark, "poll")
    return {
        "now": _text(now),
        "media": {status.value: counts.get(status, 0) for status in MediaStatus},
        "in_hand": leased,
        "next_due": _text(due),
        "oldest_unfinished": _text(oldest),
        "errors": failures,
        "main_api": {"last_poll": _text(poll.at), "outcome": poll.note} if poll else None,
    }


def explain_media(engine: Engine, media_id: int) -> Story | None:
    """One media: its state, its files, what it told the main API, and its history; None if there is none."""
    with reading(engine) as session:
        media = session.get(MediaFile, media_id)
        if media is None:
            return None
        row = session.exec(select(ProcessingChecklist).where(col(ProcessingChecklist.media_id) == media_id)).one()
        checklist = checklist_of(row, oldest_open(session, media_id))
        analysis = session.exec(select(MediaAIAnalysis).where(col(MediaAIAnalysis.media_id) == media_id)).first()
        known = analysis_body(analysis_of(analysis), media.data_type) if analysis else None
        state = status_body(media.main_api_id or 0, media_id, checklist, row.due_at)
        return {
            "media_id": str(media_id),
            "pending_image_id": media.main_api_id,
            **{name: state[name] for name in ("status", "current_step", "progress", "steps", "next_try")},
            "error": state["error"],
            "degraded": state["degraded"],
            "deaths": checklist.deaths,
            "suspect": checklist.suspect and f"{checklist.suspect.kind.value}: {checklist.suspect.reason}",
            "absent_since": _text(checklist.absent_since),
            "user_id": media.user_id,
            "data_type": media.data_type.value,
            "original": _original(media),
            "analysis": known,
            "variants": _variants(session, media_id),
            "callbacks": _callbacks(session, media_id),
            "history": _history(session, media_id),
        }


def media_id_of(engine: Engine, pending_image_id: int) -> int | None:
    """Our id for one of the main API's."""
    with reading(engine) as session:
        known = select(MediaFile.id).where(col(MediaFile.main_api_id) == pending_image_id)
        return session.exec(known).first()


def _original(media: MediaFile) -> Story:
    return {
        "name": media.original_name,
        "temp_path": media.image_path,
        "path": media.bulk_path,
        "bytes": media.file_size,
        "mime_type": media.mime_type,
        "width": media.width,
        "height": media.height,
        "sha256": media.sha256,
        "uploaded_at": _text(media.uploaded_at),
        "retrieved_at": _text(media.retrieved_at),
        "processed_at": _text(media.processed_at),
        "quarantined_at": _text(media.quarantined_at),
    }


def _variants(session: Session, media_id: int) -> Sequence[Story]:
    rows = session.exec(
        select(MediaVariant).where(col(MediaVariant.media_id) == media_id).order_by(col(MediaVariant.id))
    )
    return [
        {
            "size": row.size.value,
            "format": row.format.value,
            "bg": row.bg.value,
            "width": row.width,
            "height": row.height,
            "bytes": row.bytes,
            "path": row.path,
            "not_kept": row.reason,
        }
        for row in rows
    ]


def _callbacks(session: Session, media_id: int) -> Sequence[Story]:
    rows = session.exec(
        select(MediaCallback).where(col(MediaCallback.media_id) == media_id).order_by(col(MediaCallback.id))
    )
    return [
        {
            "kind": row.kind.value,
            "idempotency_key": row.idempotency_key,
            "attempts": row.attempts,
            "answer": row.answer,
            "acknowledged_at": _text(row.acknowledged_at),
            "next_try": None if row.acknowledged_at else _text(row.due_at),
        }
        for row in rows
    ]


def _history(session: Session, media_id: int) -> Sequence[Story]:
    rows = session.exec(
        select(MediaEvent).where(col(MediaEvent.media_id) == media_id).order_by(col(MediaEvent.id))
    )
    return [
        {
            "at": _text(row.at),
            "event": row.name,
            "attempt": row.attempt,
            "kind": row.kind.value if row.kind else None,
            "note": row.note,
            "ms": row.ms,
            "worker": row.worker_id,
        }
        for row in rows
    ]


def _text(time: datetime | None) -> str | None:
    return time.isoformat(timespec="milliseconds").replace("+00:00", "Z") if time else None
