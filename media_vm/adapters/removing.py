"""What the worker asks of a deleted media's rows, and what it leaves of them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import partial
from pathlib import PurePosixPath

from sqlalchemy import Engine, delete, func, update
from sqlmodel import Session, col, select

from media_vm.adapters.ai_tables import MediaAIAnswer, MediaEmbedding
from media_vm.adapters.analysis_table import MediaAIAnalysis
from media_vm.adapters.leases import held
from media_vm.adapters.reprocess_table import MediaReprocess
from media_vm.adapters.shared_files import TAKEN_OVER, is_shared, named_elsewhere, original_of
from media_vm.adapters.tables import MediaCallback, MediaEvent, MediaFile, MediaVariant, ProcessingChecklist
from media_vm.adapters.transactions import database_now, reading, transact
from media_vm.failpoints import failpoint
from media_vm.removal_ports import Belongings
from media_vm.rules.old_names import THUMBNAILS, stored_path
from media_vm.rules.removal import NOBODY, folders_of
from media_vm.values import Claim

_ALL_GOES = (MediaAIAnalysis, MediaEmbedding, MediaAIAnswer, MediaVariant, MediaReprocess)


class DatabaseRemovals:
    """The `Removals` port over SQLAlchemy."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def belongings(self, claim: Claim) -> Belongings:
        """The days are those of its history, and today."""
        media_id = claim.media.id
        variants = select(MediaVariant.path).where(
            col(MediaVariant.media_id) == media_id, col(MediaVariant.path).is_not(None)
        )
        with reading(self._engine) as session:
            media = session.get_one(MediaFile, media_id)
            paths = [original_of(media), *session.exec(variants)]
            times = session.exec(select(MediaEvent.at).where(col(MediaEvent.media_id) == media_id))
            days = {at.date() for at in (*times, media.created_at, database_now(session))}
            is_old = _was_taken_over(session, media_id)
        library = stored_path(media.library_path, "library")
        folders = folders_of(media.user_id, media.data_type, library, days)
        more = _old_folders(library) if is_old else ()
        return Belongings(tuple(path for path in paths if path), tuple({*folders, *more}), is_old)

    def alone(self, claim: Claim, paths: Sequence[str]) -> Sequence[str]:
        """Whoever's they are. What is wiped has no file any more: all that is still named after it is others'."""
        with reading(self._engine) as session:
            media = session.get_one(MediaFile, claim.media.id)
            if media.removed_at is not None:
                return []
            others = named_elsewhere(session, media, paths)
        return [path for path in paths if path not in others]

    def wipe(self, claim: Claim, erased: Collection[str]) -> bool:
        """In one transaction under the lease."""
        return transact(self._engine, partial(_wipe, claim, erased))


def _was_taken_over(session: Session, media_id: int) -> bool:
    told = col(MediaEvent.media_id) == media_id, col(MediaEvent.name) == TAKEN_OVER
    return session.exec(select(MediaEvent.id).where(*told).limit(1)).first() is not None


def _old_folders(library: str | None) -> tuple[str, ...]:
    """Where else the system before ours kept variants; its rows may name a file and not the folder."""
    return (THUMBNAILS, str(PurePosixPath(library).parent)) if library else (THUMBNAILS,)


def _wipe(claim: Claim, erased: Collection[str], session: Session) -> bool:
    row = held(session, claim)
    media = session.get_one(MediaFile, claim.media.id, with_for_update=True)
    if media.removed_at is not None:
        return True  # an earlier run was committed, and only its answer was lost
    original = original_of(media)
    if original and original not in erased and not is_shared(session, media, is_locking=True):
        return False
    now, media_id = database_now(session), claim.media.id
    for table in _ALL_GOES:
        session.exec(delete(table).where(col(table.media_id) == media_id))
    session.exec(
        update(MediaEvent).where(col(MediaEvent.media_id) == media_id).values(note=None, fingerprint=None)
    )
    told = update(MediaCallback).where(col(MediaCallback.media_id) == media_id)
    still_open = col(MediaCallback.acknowledged_at).is_(None)
    session.exec(told.where(still_open).values(given_up_at=func.coalesce(col(MediaCallback.given_up_at), now)))
    session.exec(told.values(body=None))
    _wipe_checklist(row)
    _wipe_media(media)
    media.removed_at, row.updated_at = now, now
    session.add_all([media, row, MediaEvent(media_id=media_id, at=now, name="removed", worker_id=row.worker_id)])
    session.flush()
    failpoint("wiping")
    return True


def _wipe_checklist(row: ProcessingChecklist) -> None:
    """Nothing is left that anybody could heal, polish or look for; how its steps went may be known."""
    row.running = row.redo = row.remakes = row.degraded = None
    row.not_before = row.ai_not_before = row.heal_at = row.ai_heal_at = row.absent_since = None
    row.suspect_kind = row.suspect_reason = row.suspect_detail = row.suspect_fingerprint = None
    row.last_error, row.awaits_polish, row.from_kept = None, False, False


def _wipe_media(media: MediaFile) -> None:
    media.user_id = NOBODY
    media.original_name = media.mime_type = media.image_path = ""
    media.file_size = media.width = media.height = None
    media.bulk_path = media.library_path = media.sha256 = None
    media.quarantined_at = media.background_choice = None
