"""Answers that were paid for, kept in the database, so that nobody pays for the same again."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial

import structlog
from sqlalchemy import Engine, delete, update
from sqlmodel import Session, col, select

from media_vm.adapters.ai_tables import MediaAIAnswer
from media_vm.adapters.rows import cut
from media_vm.adapters.transactions import database_now, reading, transact
from media_vm.ai_ports import Question
from media_vm.rules.answer_json import from_json, to_json
from media_vm.rules.findings import Seen, Told
from media_vm.rules.questions import name_of

TOUCHED_EVERY = timedelta(days=1)  # an answer that is used often is not written to as often
AT_ONCE = 500  # rows dropped in one transaction

log = structlog.get_logger()


class DatabaseAnswers:
    """The `Answers` port."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def get(self, question: Question) -> Seen | Told | None:
        """A row that is damaged, or another version's, is none: it is paid for again, and replaced."""
        with reading(self._engine) as session:
            row, now = session.get(MediaAIAnswer, _name(question)), database_now(session)
        if row is None:
            return None
        try:
            answer = from_json(row.answer)
        except ValueError as error:
            log.warning("kept_answer_unusable", provider=question.provider.value, detail=str(error))
            return None
        if now - row.used_at >= TOUCHED_EVERY:
            transact(self._engine, partial(_touch, row.id))
        return answer

    def put(self, question: Question, answer: Seen | Told, media_id: int | None = None) -> None:
        """What could not be read back is not kept, and told: it would be paid for again each time."""
        try:
            text = to_json(answer)
        except ValueError as error:
            log.warning("answer_not_kept", provider=question.provider.value, detail=str(error))
            return
        transact(self._engine, partial(_put, question, text, media_id))

    def forget_before(self, when: datetime) -> int:
        """A few hundred at a time, so that nobody waits long for a lock."""
        gone = 0
        while some := transact(self._engine, partial(_forget, when)):
            gone += some
        return gone


def _name(question: Question) -> str:
    return name_of(
        question.pixels, question.provider.value, question.model, question.prompt_version, question.context
    )


def _put(question: Question, text: str, media_id: int | None, session: Session) -> None:
    now = database_now(session)
    session.merge(
        MediaAIAnswer(
            id=_name(question),
            pixels=cut(question.pixels, 64),
            provider=question.provider.value,
            model=cut(question.model, 100),
            prompt_version=cut(question.prompt_version, 50),
            context=cut(question.context, 64),
            media_id=media_id,
            answer=text,
            created_at=now,
            used_at=now,
        )
    )


def _touch(name: str, session: Session) -> None:
    session.exec(update(MediaAIAnswer).where(col(MediaAIAnswer.id) == name).values(used_at=database_now(session)))


def _forget(when: datetime, session: Session) -> int:
    unused = select(MediaAIAnswer.id).where(col(MediaAIAnswer.used_at) < when)
    names = session.exec(unused.order_by(col(MediaAIAnswer.used_at)).limit(AT_ONCE)).all()
    still = delete(MediaAIAnswer).where(col(MediaAIAnswer.id).in_(names), col(MediaAIAnswer.used_at) < when)
    return session.exec(still).rowcount if names else 0
