"""Rows to the domain's values and back. The only file that knows both."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from media_vm.adapters.tables import MediaCallback, MediaVariant, ProcessingChecklist
from media_vm.rules.callbacks import Event, OpenEvent
from media_vm.rules.checklist import Checklist, Entry, Step, Suspect
from media_vm.rules.failures import Failure
from media_vm.rules.pictures import Background, Format, Made, Variant, VariantSet
from media_vm.values import Media, Original


def checklist_of(row: Any, news: OpenEvent | None) -> Checklist:
    """A checklist as the rules see it, with the oldest unanswered event. row: a `ProcessingChecklist`, or what
    `LONGEST_DUE` reads of it."""
    suspect, error = None, None
    if row.suspect_kind:
        suspect = Suspect(
            row.suspect_kind,
            row.suspect_reason or "",
            row.suspect_detail or "",
            row.suspect_fingerprint or "",
        )
    if row.last_error_kind:
        error = Failure(row.last_error_kind, row.last_error_reason or "", row.last_error or "")
    return Checklist(
        entries={step: Entry(getattr(row, step.value), getattr(row, f"{step.value}_attempts")) for step in Step},
        not_before=row.not_before,
        ai_not_before=row.ai_not_before,
        running=row.running,
        open_event=news,
        has_variants=row.has_variants,
        suspect=suspect,
        absent_since=row.absent_since,
        looks=row.looks,
        deaths=row.deaths,
        crash_deaths=row.crash_deaths,
        worker_deaths=row.worker_deaths,
        heal_rounds=row.heal_rounds,
        heal_at=row.heal_at,
        ai_rounds=row.ai_rounds,
        ai_heal_at=row.ai_heal_at,
        is_forgotten=row.is_forgotten,
        remakes=row.remakes,
        from_kept=row.from_kept,
        outage_turn=row.outage_turn,
        outage_party=row.outage_party,
        awaits_polish=row.awaits_polish,
        degraded=row.degraded,
        redo=row.redo,
        redo_counter=row.redo_counter,
        last_error=error,
        last_error_step=row.last_error_step,
    )


def write_checklist(checklist: Checklist, row: ProcessingChecklist) -> None:
    """Put a checklist's values into its row; lease and due_at are the store's own."""
    for name, value in columns_of(checklist).items():
        setattr(row, name, value)
    if row.redo_counter == checklist.redo_counter:  # else serve asked again meanwhile
        row.redo = checklist.redo


def changes(before: Checklist, after: Checklist) -> dict[str, object]:
    """The columns that differ, with their new values; never a request of serve's."""
    old = columns_of(before)
    return {name: value for name, value in columns_of(after).items() if value != old[name]}


def columns_of(checklist: Checklist) -> dict[str, object]:
    """What a worker decides of a row, by column."""
    suspect, error = checklist.suspect, checklist.last_error
    return {
        **{step.value: checklist[step].status for step in Step},
        **{f"{step.value}_attempts": checklist[step].attempts for step in Step},
        "not_before": checklist.not_before,
        "ai_not_before": checklist.ai_not_before,
        "running": checklist.running,
        "has_variants": checklist.has_variants,
        "suspect_kind": suspect.kind if suspect else None,
        "suspect_reason": cut(suspect.reason, 50) if suspect else None,
        "suspect_detail": cut(suspect.detail, 500) if suspect else None,
        "suspect_fingerprint": suspect.fingerprint if suspect else None,
        "absent_since": checklist.absent_since,
        "looks": checklist.looks,
        "deaths": checklist.deaths,
        "crash_deaths": checklist.crash_deaths,
        "worker_deaths": checklist.worker_deaths,
        "heal_rounds": checklist.heal_rounds,
        "heal_at": checklist.heal_at,
        "ai_rounds": checklist.ai_rounds,
        "ai_heal_at": checklist.ai_heal_at,
        "is_forgotten": checklist.is_forgotten,
        "remakes": checklist.remakes,
        "from_kept": checklist.from_kept,
        "outage_turn": checklist.outage_turn,
        "outage_party": checklist.outage_party,
        "awaits_polish": checklist.awaits_polish,
        "degraded": checklist.degraded,
        "last_error": cut(error.detail, 500) if error else None,
        "last_error_reason": cut(error.reason, 50) if error else None,
        "last_error_kind": error.kind if error else None,
        "last_error_step": checklist.last_error_step,
    }


def open_event_of(read: Any) -> OpenEvent | None:
    """The oldest unanswered event beside its media, as `MEDIA_WITH_NEWS` reads both."""
    return OpenEvent(read.news, read.news_created_at, read.news_due_at) if read.news else None


def news_of(callback: MediaCallback | None) -> OpenEvent | None:
    """An unanswered event as the rules see it."""
    return OpenEvent(callback.kind, callback.created_at, callback.due_at) if callback else None


def media_of(row: Any, checklist: Checklist) -> Media:
    """One media as a claim hands it out. row: a `MediaFile`, or what `MEDIA_WITH_NEWS` reads of it."""
    assert row.id is not None
    original = None
    if row.bulk_path and row.sha256 and row.retired_at is None:
        original = Original(row.bulk_path, row.file_size or 0, row.sha256)
    return Media(
        id=row.id,
        main_api_id=row.main_api_id,
        user_id=row.user_id,
        data_type=row.data_type,
        original_name=row.original_name,
        image_path=row.image_path,
        original=original,
        checklist=checklist,
        is_deleted=row.deleted_at is not None,
        is_retired=row.retired_at is not None,
    )


def event_of(row: MediaCallback, pending_id: int) -> Event:
    """An event exactly as it was first made."""
    return Event(row.kind, pending_id, row.idempotency_key, row.body)


def callback_row(event: Event, media_id: int, now: datetime) -> MediaCallback:
    """A new event's row, due at once."""
    return MediaCallback(
        media_id=media_id,
        kind=event.kind,
        idempotency_key=event.key,
        body=event.body,
        created_at=now,
        due_at=now,
    )


def made_of(session: Session, media_id: int) -> Made:
    """Formats and faces kept of a media at any size."""
    kept = select(MediaVariant.format, MediaVariant.bg).where(
        col(MediaVariant.media_id) == media_id, col(MediaVariant.path).is_not(None)
    )
    found = session.exec(kept.distinct()).all()
    return Made(frozenset(Format(form) for form, _ in found), frozenset(Background(face) for _, face in found))


def kept_of(session: Session, media_id: int) -> list[Variant]:
    """Every variant that is kept of a media."""
    kept = select(MediaVariant).where(col(MediaVariant.media_id) == media_id, col(MediaVariant.path).is_not(None))
    return [
        Variant(
            one.size,
            one.format,
            one.bg,
            one.width or 0,
            one.height or 0,
            one.bytes or 0,
            one.sha256 or "",
            one.path or "",
        )
        for one in session.exec(kept.order_by(col(MediaVariant.id)))
    ]


def variant_rows(media_id: int, variants: VariantSet) -> list[MediaVariant]:
    """Rows for what was kept, and for what was not."""
    kept = [
        MediaVariant(
            media_id=media_id,
            size=one.size,
            format=one.format,
            bg=one.background,
            width=one.width,
            height=one.height,
            bytes=one.bytes,
            sha256=one.sha256,
            path=one.path,
        )
        for one in variants.kept
    ]
    return kept + [
        MediaVariant(
            media_id=media_id, size=one.size, format=one.format, bg=one.background, reason=cut(one.reason, 50)
        )
        for one in variants.not_kept
    ]


def cut(text: str, width: int) -> str:
    """Text from outside, at most `width` characters."""
    return text[:width]
