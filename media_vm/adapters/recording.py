"""What an outcome changes in the database, each function within one transaction of `DatabaseStore`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import delete
from sqlmodel import Session, col, select

from media_vm.adapters.analysis_rows import analysis_of, analysis_row
from media_vm.adapters.leases import oldest_open
from media_vm.adapters.rows import callback_row, cut, variant_rows
from media_vm.adapters.tables import (
    MediaAIAnalysis,
    MediaEvent,
    MediaFile,
    MediaVariant,
    ProcessingChecklist,
)
from media_vm.adapters.transactions import database_now
from media_vm.rules.analysis import Analysis
from media_vm.rules.checklist import Checklist, Step, StepStatus
from media_vm.rules.owners_words import in_place_of, told_with
from media_vm.rules.paths import library_folder
from media_vm.rules.pictures import Background, MediaStatus, Source, VariantSet
from media_vm.rules.temp_names import data_type_of
from media_vm.rules.validation import media_type
from media_vm.values import Claim, Original, Outcome, PendingImage


def take_in(images: Sequence[PendingImage], session: Session) -> int:
    """Rows for what nobody else took in since it was found unknown; how many. IntegrityError if somebody just
    does."""
    ids = [image.id for image in images]
    known = set(session.exec(select(MediaFile.main_api_id).where(col(MediaFile.main_api_id).in_(ids))))
    new, now = [image for image in images if image.id not in known], database_now(session)
    for image in new:
        _take_in(session, image, now)
    return len(new)


def _take_in(session: Session, image: PendingImage, now: datetime) -> None:
    """A new row with its checklist, due at once."""
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


def write_outcome(
    session: Session, media: MediaFile, outcome: Outcome, now: datetime, *, has_variants: bool
) -> None:
    """Put what a step brought home where it belongs. has_variants: before it."""
    assert media.id is not None
    if outcome.original:
        original = _shared_original(session, media, outcome.original)
        media.bulk_path, media.file_size, media.sha256 = original.path, original.bytes, original.sha256
    if outcome.arrived:
        media.retrieved_at = now
    if outcome.quarantined:
        media.quarantined_at = now
    if outcome.facts:
        media.width, media.height = outcome.facts.width, outcome.facts.height
        media.mime_type = media_type(outcome.facts.type)
    if outcome.analysis:
        _write_analysis(session, media.id, outcome.analysis, now, has_variants=has_variants)
    if outcome.variants:
        _forget_variants(session, media.id, outcome.variants)
        session.add_all(variant_rows(media.id, outcome.variants))
        media.made_with = outcome.made_with or media.made_with
        media.library_path, media.processed_at = library_folder(media.user_id, media.data_type), now
    if outcome.new_event:
        known = _known(session, media.id)
        body = told_with(outcome.new_event.body, analysis_of(known) if known else None)
        session.add(callback_row(replace(outcome.new_event, body=body), media.id, now))


def _forget_variants(session: Session, media_id: int, by: VariantSet) -> None:
    """The rows in whose place others come."""
    for face in Background:
        again = [size for background, size in by.looks if background is face]
        old = [col(MediaVariant.media_id) == media_id, col(MediaVariant.bg) == face]
        old += [col(MediaVariant.format).in_(by.formats)] if by.formats else []
        session.exec(delete(MediaVariant).where(*old, col(MediaVariant.size).in_(again)))


def _write_analysis(
    session: Session, media_id: int, later: Analysis, now: datetime, *, has_variants: bool
) -> None:
    """In place of what was known before; an owner's focal point and alt text stay (contract §9)."""
    row = _known(session, media_id)
    analysis = in_place_of(analysis_of(row) if row else None, later, has_variants=has_variants)
    if row is not None:
        session.delete(row)
        session.flush()
    session.add(analysis_row(media_id, analysis, now))
    session.flush()


def _known(session: Session, media_id: int) -> MediaAIAnalysis | None:
    return session.exec(select(MediaAIAnalysis).where(col(MediaAIAnalysis.media_id) == media_id)).first()


def _shared_original(session: Session, media: MediaFile, own: Original) -> Original:
    """Same bytes from the same user share one stored original (contract §6). Whose it is is locked: it is deleted
    or retired before, or after this media is known to need it too."""
    same = select(MediaFile).where(
        col(MediaFile.user_id) == media.user_id,
        col(MediaFile.sha256) == own.sha256,
        col(MediaFile.id) != media.id,
        col(MediaFile.bulk_path).is_not(None),
        col(MediaFile.deleted_at).is_(None),
        col(MediaFile.retired_at).is_(None),
    )
    other = session.exec(same.order_by(col(MediaFile.id)).limit(1).with_for_update()).first()
    return Original(other.bulk_path, own.bytes, own.sha256) if other and other.bulk_path else own


def write_event_due(
    session: Session, media_id: int, checklist: Checklist, outcome: Outcome, now: datetime
) -> None:
    """An answered event is closed, and so is one that was insisted on for long enough; any other that failed keeps
    its body and gets its next time."""
    if outcome.step is not Step.UPDATE_CALLBACK:
        return
    callback = oldest_open(session, media_id)
    if callback is None:
        return
    callback.attempts += not outcome.is_held
    if outcome.answered and outcome.answered.key == callback.idempotency_key:
        callback.acknowledged_at, callback.answer = now, cut(outcome.note, 100)
    elif checklist.open_event:
        callback.due_at = checklist.open_event.due_at
    else:
        callback.given_up_at = now
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
        reason=cut(outcome.failure.reason, 50) if outcome.failure else None,
        fingerprint=outcome.failure.fingerprint if outcome.failure else None,
        request_id=outcome.request_id,
        note=cut(outcome.note, 500),
        ms=round(outcome.took.total_seconds() * 1000),
        worker_id=row.worker_id,
    )
