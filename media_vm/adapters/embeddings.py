"""What texts mean, one vector a media and kind, in the database; and whose text is to be embedded.

Whoever writes a text sets its `embedding_due_at` in the same transaction, so no change is missed, and nothing has
to be compared with everything. Whoever embedded it clears that, if the text is still the one that was embedded.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from functools import partial
from typing import Any

from sqlalchemy import Engine, and_, delete, func, update
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import Select, SelectOfScalar

from media_vm.adapters.ai_tables import MediaEmbedding
from media_vm.adapters.tables import MediaAIAnalysis, MediaFile
from media_vm.adapters.transactions import database_now, reading, transact
from media_vm.ai_ports import Embedding
from media_vm.rules.embedding import KIND, Due, batch_of, digest_of
from media_vm.rules.vectors import packed, unpacked

AT_ONCE = 200  # texts looked at in one query
ASKED_AT_ONCE = 500  # rows of one transaction


class DatabaseEmbeddings:
    """The `Embeddings` port."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def put(self, embeddings: Sequence[Embedding]) -> None:
        """One row a media and kind, all in one transaction."""
        ready = [(one, packed(one.vector)) for one in sorted(embeddings, key=lambda one: one.media_id)]
        transact(self._engine, partial(_put, ready))

    def get(self, media_id: int, kind: str) -> Embedding | None:
        """A row whose bytes do not fit its length is none."""
        with reading(self._engine) as session:
            row = session.exec(_row(media_id, kind)).first()
        vector = unpacked(row.vec, row.dim) if row else None
        if row is None or vector is None:
            return None
        return Embedding(row.media_id, row.kind, row.model, vector, row.text_hash)

    def is_due(self) -> bool:
        """By the index alone."""
        row = MediaAIAnalysis
        with reading(self._engine) as session:
            due = select(row.id).where(col(row.embedding_due_at) <= database_now(session))
            return session.exec(due.limit(1)).first() is not None

    def due(self, model: str, dim: int) -> Sequence[Due]:
        """Texts and names are compared here, byte for byte: MariaDB holds `A` and `a` for the same."""
        while True:
            with reading(self._engine) as session:
                found = session.exec(_looked_at(session)).all()
            wanting, settled = list[Due](), dict[int, str]()
            for media_id, text, tries, deleted_at, *kept in map(tuple, found):
                digest = digest_of(text)
                if deleted_at is not None or not text or kept == [model, dim, 2 * dim, digest]:
                    settled[media_id] = digest
                else:
                    wanting.append(Due(media_id, text, tries))
            if settled:
                transact(self._engine, partial(_settle, settled))
            if wanting or not found:
                return batch_of(wanting, dim)

    def put_off(self, media_ids: Sequence[int], wait: timedelta) -> None:
        """Whatever has become of their texts. If the answer to COMMIT is lost it counts twice: a longer wait."""
        transact(self._engine, partial(_put_off, media_ids, wait))

    def ask_all(self) -> int:
        """A few hundred at a time, so that nobody waits long for a lock."""
        asked, after = 0, 0
        while (some := transact(self._engine, partial(_ask, after))) is not None:
            number, after = some
            asked += number
        return asked


def _row(media_id: int, kind: str) -> SelectOfScalar[MediaEmbedding]:
    row = MediaEmbedding
    return select(row).where(col(row.media_id) == media_id, col(row.kind) == kind)


def _put(ready: Sequence[tuple[Embedding, bytes]], session: Session) -> None:
    now, ids = database_now(session), [one.media_id for one, _ in ready]
    alive = select(MediaFile.id).where(col(MediaFile.id).in_(ids), col(MediaFile.deleted_at).is_(None))
    # Locked, as a new row's foreign key does: nothing is written of what is deleted meanwhile.
    kept = session.exec(alive.order_by(col(MediaFile.id)).with_for_update(read=True)).all()
    for embedding, vec in ready:
        if embedding.media_id not in kept:
            continue
        known = session.exec(_row(embedding.media_id, embedding.kind).with_for_update()).first()
        session.merge(
            MediaEmbedding(
                id=known.id if known else None,
                media_id=embedding.media_id,
                kind=embedding.kind,
                model=embedding.model,
                dim=len(embedding.vector),
                vec=vec,
                text_hash=embedding.text_hash,
                updated_at=now,
            )
        )
    _settle({one.media_id: one.text_hash for one, _ in ready if one.kind == KIND}, session)


def _looked_at(session: Session) -> Select[Any, Any, Any]:
    """Each text that is due, and of what its vector is, if there is one."""
    row, vector = MediaAIAnalysis, MediaEmbedding
    its_vector = and_(col(vector.media_id) == col(row.media_id), col(vector.kind) == KIND)
    columns = (row.media_id, row.searchable_text, row.embedding_tries, MediaFile.deleted_at)
    of_what = (vector.model, vector.dim, func.length(vector.vec), vector.text_hash)
    looked = select(*columns, *of_what)  # type: ignore[call-overload]
    due: Select[Any, Any, Any] = (
        looked.join(MediaFile, col(MediaFile.id) == col(row.media_id))
        .outerjoin(vector, its_vector)
        .where(col(row.embedding_due_at) <= database_now(session))
    )
    return due.order_by(col(row.embedding_due_at), col(row.media_id)).limit(AT_ONCE)


def _settle(digests: Mapping[int, str], session: Session) -> None:
    """Due no more, if the text is still that one; without any text there is no vector either."""
    row = MediaAIAnalysis
    whose = select(row).where(col(row.media_id).in_(digests)).order_by(col(row.media_id))
    for one in session.exec(whose.with_for_update()):
        if digest_of(one.searchable_text) == digests[one.media_id]:
            one.embedding_due_at, one.embedding_tries = None, 0
            session.add(one)
            if not one.searchable_text:
                vector = MediaEmbedding
                session.exec(delete(vector).where(col(vector.media_id) == one.media_id, col(vector.kind) == KIND))


def _put_off(media_ids: Sequence[int], wait: timedelta, session: Session) -> None:
    row, due_at = MediaAIAnalysis, database_now(session) + wait
    later = update(row).where(col(row.media_id).in_(media_ids))
    session.exec(later.values(embedding_due_at=due_at, embedding_tries=col(row.embedding_tries) + 1))


def _ask(after: int, session: Session) -> tuple[int, int] | None:
    """How many of the next few hundred were asked for, and the last of these; None: there are no more."""
    row = MediaAIAnalysis
    ids = session.exec(
        select(row.media_id).where(col(row.media_id) > after).order_by(col(row.media_id)).limit(ASKED_AT_ONCE)
    ).all()
    if not ids:
        return None
    asked = update(row).where(col(row.media_id).in_(ids), col(row.embedding_due_at).is_(None))
    return session.exec(asked.values(embedding_due_at=database_now(session))).rowcount, ids[-1]
