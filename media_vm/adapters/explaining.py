"""What an operator asks of the database: the whole machine's state, and one picture's whole story."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Engine, func
from sqlmodel import Session, col, select

from media_vm.adapters.analysis_rows import analysis_of
from media_vm.adapters.leases import oldest_open
from media_vm.adapters.machine_status import text_of
from media_vm.adapters.reprocess_table import MediaReprocess, remake_of
from media_vm.adapters.rows import checklist_of, made_of, news_of
from media_vm.adapters.tables import (
    MediaAIAnalysis,
    MediaCallback,
    MediaEvent,
    MediaFile,
    MediaVariant,
    ProcessingChecklist,
)
from media_vm.adapters.transactions import reading
from media_vm.rules.analysis import Analysis
from media_vm.rules.callbacks import analysis_body
from media_vm.rules.checklist import Checklist, Step
from media_vm.rules.pictures import Background, DataType
from media_vm.rules.polish import as_finished_as_before
from media_vm.rules.print_sizes import print_sizes
from media_vm.rules.progress import status_body
from media_vm.rules.remaking import remaking_body
from media_vm.rules.reprocessing import RequestState
from media_vm.rules.shown_analysis import origin_body, page_body

Story = dict[str, object]


def explain_media(engine: Engine, media_id: int) -> Story | None:
    """One media: its state, its files, what it told the main API, and its history; None if there is none."""
    with reading(engine) as session:
        media = session.get(MediaFile, media_id)
        if media is None:
            return None
        row = session.exec(select(ProcessingChecklist).where(col(ProcessingChecklist.media_id) == media_id)).one()
        checklist = checklist_of(row, news_of(oldest_open(session, media_id)))
        analysis = session.exec(select(MediaAIAnalysis).where(col(MediaAIAnalysis.media_id) == media_id)).first()
        faces = made_of(session, media_id).backgrounds
        known = _analysis(analysis_of(analysis), media.data_type, faces) if analysis else None
        state = status_body(media.main_api_id or 0, media_id, checklist, row.due_at)
        return {
            "media_id": str(media_id),
            "pending_image_id": media.main_api_id,
            **{name: state[name] for name in ("status", "current_step", "progress", "next_try")},
            "heal_at": text_of(checklist.heal_at),
            "steps": _steps(session, media_id, checklist),
            "again": _again(session, media_id, checklist, row.due_at),
            "error": state["error"],
            "degraded": state["degraded"],
            "deaths": checklist.deaths,
            "suspect": checklist.suspect and f"{checklist.suspect.kind.value}: {checklist.suspect.reason}",
            "absent_since": text_of(checklist.absent_since),
            "looks": checklist.looks,
            "user_id": media.user_id,
            "deleted_at": text_of(media.deleted_at),
            "removed_at": text_of(media.removed_at),
            "data_type": media.data_type.value,
            "original": _original(media),
            "analysis": known,
            "variants": _variants(session, media_id),
            "callbacks": _callbacks(session, media_id),
            "history": _history(session, media_id),
        }


def _steps(session: Session, media_id: int, checklist: Checklist) -> Story:
    """tries: how often each was done in all; looks for an absent file, proofs and redos cost no attempt."""
    checklist = as_finished_as_before(checklist)
    lines = select(MediaEvent.name, func.count()).where(col(MediaEvent.media_id) == media_id)
    counts: dict[str, int] = dict(session.exec(lines.group_by(col(MediaEvent.name))).all())
    return {
        step.value: {
            "status": checklist[step].status.value,
            "attempts": checklist[step].attempts,
            "tries": sum(counts.get(f"{step.value} {ended}", 0) for ended in ("completed", "failed")),
        }
        for step in Step
    }


def _again(session: Session, media_id: int, checklist: Checklist, due_at: datetime | None) -> Story | None:
    """What is done again although the picture is complete."""
    row = session.get(MediaReprocess, media_id)
    is_open = row is not None and row.state in (RequestState.WAITING, RequestState.BEGUN)
    waits = row is not None and row.state is RequestState.WAITING
    return remaking_body(checklist, remake_of(row) if is_open else None, due_at, waits=waits)


def _analysis(analysis: Analysis, data_type: DataType, faces: frozenset[Background]) -> Story:
    """As the main API sees it, and where that comes from."""
    return analysis_body(analysis, data_type, faces) | page_body(analysis) | origin_body(analysis)


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
        "print_cm": print_sizes(media.width, media.height) if media.width and media.height else None,
        "sha256": media.sha256,
        "uploaded_at": text_of(media.uploaded_at),
        "retrieved_at": text_of(media.retrieved_at),
        "processed_at": text_of(media.processed_at),
        "quarantined_at": text_of(media.quarantined_at),
        "retired_at": text_of(media.retired_at),
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
            "acknowledged_at": text_of(row.acknowledged_at),
            "given_up_at": text_of(row.given_up_at),
            "next_try": None if row.acknowledged_at or row.given_up_at else text_of(row.due_at),
        }
        for row in rows
    ]


def _history(session: Session, media_id: int) -> Sequence[Story]:
    rows = session.exec(
        select(MediaEvent).where(col(MediaEvent.media_id) == media_id).order_by(col(MediaEvent.id))
    )
    return [
        {
            "at": text_of(row.at),
            "event": row.name,
            "attempt": row.attempt,
            "kind": row.kind.value if row.kind else None,
            "request_id": row.request_id,
            "note": row.note,
            "ms": row.ms,
            "worker": row.worker_id,
        }
        for row in rows
    ]
