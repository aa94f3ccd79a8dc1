"""What `media-vm status` tells of texts and their vectors."""

from __future__ import annotations

from sqlalchemy import Engine, and_, func
from sqlmodel import Session, col, select

from media_vm.adapters.ai_tables import MediaEmbedding
from media_vm.adapters.machine_status import Story, text_of
from media_vm.adapters.tables import MediaAIAnalysis, MediaFile, MediaMark
from media_vm.adapters.transactions import database_now, reading
from media_vm.rules.embedding import KIND, MODEL_MARK, TROUBLE_MARK, trouble_of


def describe_embeddings(engine: Engine) -> Story:
    """embedded: as their texts are now; stale: of an earlier text, or an earlier model; waiting: not yet. The
    model is the one that was used last."""
    with reading(engine) as session:
        mark = session.get(MediaMark, MODEL_MARK)
        dim, _, model = (mark.note or "" if mark else "").partition(" ")
        return {
            "model": model or None,
            "dim": int(dim) if dim.isdigit() else None,
            **_counts(session),
            **_trouble(session),
        }


def _counts(session: Session) -> dict[str, int]:
    row, vector = MediaAIAnalysis, MediaEmbedding
    is_there, is_due = col(vector.id).is_not(None), col(row.embedding_due_at).is_not(None)
    its_vector = and_(col(vector.media_id) == col(row.media_id), col(vector.kind) == KIND)
    counted = (
        select(is_there, is_due, func.count())
        .select_from(row)
        .join(MediaFile, col(MediaFile.id) == col(row.media_id))
        .outerjoin(vector, its_vector)
        .where(col(MediaFile.deleted_at).is_(None), col(row.searchable_text).is_not(None))
        .group_by(is_there, is_due)
    )
    found = {(bool(there), bool(due)): number for there, due, number in session.exec(counted)}
    return {
        "embedded": found.get((True, False), 0),
        "stale": found.get((True, True), 0),
        "waiting": found.get((False, True), 0) + found.get((False, False), 0),
    }


def _trouble(session: Session) -> Story:
    """Why nobody is asked just now, and when somebody is."""
    mark = session.get(MediaMark, TROUBLE_MARK)
    trouble = trouble_of(mark.note) if mark else None
    if mark is None or trouble is None:
        return {"trouble": None, "next_try": None}
    again = mark.at + trouble.wait
    return {"trouble": trouble.reason, "next_try": text_of(max(again, database_now(session)))}
