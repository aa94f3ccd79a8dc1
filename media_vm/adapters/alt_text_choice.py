"""A person's alt text for a picture, which no analysis overwrites."""

from __future__ import annotations

from sqlmodel import Session, col, select

from media_vm.adapters.analysis_rows import analysis_of
from media_vm.adapters.asked_lines import asked_line
from media_vm.adapters.checklist_lock import locked_checklist
from media_vm.adapters.tables import MediaAIAnalysis, MediaFile
from media_vm.adapters.transactions import database_now
from media_vm.rules.owners_words import with_alt_text
from media_vm.rules.shown import AltTextAnswer


def keep_alt_text(media_id: int, alt_text: str, session: Session) -> AltTextAnswer:
    """Keep it, and the words by which the picture is found with it; nothing is made again."""
    # A worker writes an analysis under the same lock: it sees this text, or is overwritten by it. A deletion that
    # came before is seen in the media.
    locked_checklist(session, media_id)
    media = session.get(MediaFile, media_id)
    if media is None or media.deleted_at is not None:
        return AltTextAnswer.UNKNOWN
    row = session.exec(select(MediaAIAnalysis).where(col(MediaAIAnalysis.media_id) == media_id)).first()
    if row is None:
        return AltTextAnswer.NOT_READY
    told = with_alt_text(analysis_of(row), alt_text)
    row.alt_text, row.searchable_text = told.described.alt_text, told.searchable_text
    row.embedding_due_at = media.updated_at = database_now(session)
    row.alt_text_source = told.alt_source and told.alt_source.value
    row.provenance = {field: list(sources) for field, sources in told.provenance.items()}
    session.add_all([media, row, asked_line(session, media_id, "alt text")])
    return AltTextAnswer.KEPT
