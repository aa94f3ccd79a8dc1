"""What an outcome changes in the database, each function within one transaction of `DatabaseStore`."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete
from sqlmodel import Session, col, select

from media_vm.adapters.analysis_rows import analysis_row
from media_vm.adapters.leases import oldest_open
from media_vm.adapters.rows import callback_row, cut, variant_rows
from media_vm.adapters.tables import (
    MediaAIAnalysis,
    MediaEvent,
    MediaFile,
    MediaVariant,
    ProcessingChecklist,
)
from media_vm.rules.checklist import Checklist, Step, StepStatus
from media_vm.rules.paths import library_folder
from media_vm.rules.pictures import MediaStatus, Source
from media_vm.rules.temp_names import data_type_of
from media_vm.rules.validation import media_type
from media_vm.values import Claim, Original, Outcome, PendingImage


def take_in(session: Session, image: PendingImage, now: datetime) -> None:
    """A new row with its checklist, due at once; IntegrityError if somebody was faster."""
    guess = data_type_of(image.image_path, image.data_type)
    media = MediaFile(
        main_api_id=image.id,
        user_id=image.user_id,
        data_type=guess.data_type,
        original_name=cut(image.original_name, 255),
        mime_type=cut(image.mime_type, 100),
        image_path=image.image_path,
        status=MediaStatus.DOWNLOADING,
        source=Source.MAIN_API,
        created_at=now,
        updated_at=now,
        uploaded_at=image.created_at,
    )
    session.add(media)
    session.flush()
    assert media.id is not None
    row = ProcessingChecklist(media_id=media.id, created_at=now, updated_at=now, due_at=now)
    for step in Step:
        setattr(row, step.value, StepStatus.PENDING)
    note = f"as {guess.data_type.value}"
    if guess.is_default:
        note += " (warning: neither data_type, name nor folder says what it is)"
    session.add_all([row, MediaEvent(media_id=media.id, at=now, name="remembered", note=note)])


def write_outcome(session: Session, media: MediaFile, outcome: Outcome, now: datetime) -> None:
    """Put what a step brought home where it belongs."""
    assert media.id is not None
    if outcome.original:
        media.retrieved_at = now
        original = _shared_original(session, media, outcome.original)
        media.bulk_path, media.file_size, media.sha256 = original.path, original.bytes, original.sha256
    if outcome.quarantined:
        media.quarantined_at = now
    if outcome.facts:
        media.width, media.height = outcome.facts.width, outcome.facts.height
        media.mime_type = media_type(outcome.facts.type)
    if outcome.analysis:
        session.exec(delete(MediaAIAnalysis).where(col(MediaAIAnalysis.media_id) == media.id))
        session.add(analysis_row(media.id, outcome.analysis, now))
    if outcome.variants:
        session.exec(delete(MediaVariant).where(col(MediaVariant.media_id) == media.id))
        session.add_all(variant_rows(media.id, outcome.variants))
        media.library_path, media.processed_at = library_folder(media.user_id, media.data_type), now
    if outcome.new_event:
        session.add(callback_row(outcome.new_event, media.id, now))


def _shared_original(session: Session, media: MediaFile, own: Original) -> Original:
    """Same bytes from the same user share one stored original (contract §6)."""
    same = select(MediaFile).where(
        col(MediaFile.user_id) == media.user_id,
        col(MediaFile.sha256) == own.sha256,
        col(MediaFile.id) != media.id,
        col(MediaFile.bulk_path).is_not(None),
    )
    other = session.exec(same.order_by(col(MediaFile.id)).limit(1)).first()
    return Original(other.bulk_path, own.bytes, own.sha256) if other and other.bulk_path else own


def write_event_due(
    session: Session, media_id: int, checklist: Checklist, outcome: Outcome, now: datetime
) -> None:
    """An answered event is closed; one that failed keeps its body and gets its next time."""
    if outcome.step is not Step.UPDATE_CALLBACK:
        return
    callback = oldest_open(session, media_id)
    if callback is None:
        return
    callback.attempts += 1
    if outcome.answered and outcome.answered.key == callback.idempotency_key:
        callback.acknowledged_at, callback.answer = now, cut(outcome.note, 100)
    elif checklist.open_event:
        callback.due_at = checklist.open_event.due_at
    session.add(callback)


def history(claim: Claim, row: ProcessingChecklist, outcome: Outcome, now: datetime) -> MediaEvent:
    """One line for `explain`."""
    ended = "failed" if outcome.failure else "completed"
    return MediaEvent(
        media_id=claim.media.id,
        at=now,
        name=f"{outcome.step.value} {ended}",
        attempt=outcome.attempt,
        kind=outcome.failure.kind if outcome.failure else None,
        note=cut(outcome.note, 500),
        ms=round(outcome.took.total_seconds() * 1000),
        worker_id=row.worker_id,
    )
