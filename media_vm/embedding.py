"""Texts of pictures made into vectors, a batch after the other, beside everything else: a job of upkeep.

    a text is written ──▶ due ──▶ in a batch ──▶ embedded ──▶ kept, due no more
                           ▲         └─ failed ──▶ put off, and nobody is asked for a while
    another model ─────────┘

What goes wrong here is told and tried again (`rules/embedding.py`); the picture's checklist does not know of it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from media_vm.ai_ports import Embedder, Embedding, Embeddings
from media_vm.errors import DatabaseDown, StepFailed, TryAgain
from media_vm.rules.embedding import (
    KIND,
    MODEL_MARK,
    SHORT,
    TROUBLE_MARK,
    Due,
    Trouble,
    comes_again,
    digest_of,
    goes_on,
    may_be_the_texts,
    trouble_of,
)
from media_vm.rules.outages import NO_TURN
from media_vm.upkeep_ports import Marks

log = structlog.get_logger()


@dataclass(slots=True)
class Embeds:
    """The job. now: the database's time. pause: rest for so many seconds; True: stop here. base: the first wait
    after a failure."""

    embedder: Embedder
    embeddings: Embeddings
    marks: Marks
    now: Callable[[], datetime]
    pause: Callable[[float], bool]
    base: timedelta
    has_asked: bool = False
    is_of_this_model: bool = False

    def is_wanted(self) -> bool:
        """Is there something to do now? Looked at every few seconds, so it reads as little as it can, and others
        tell when the database is away."""
        try:
            return self._is_of_another_model() or (self.embeddings.is_due() and not self._rests())
        except DatabaseDown:
            return False

    def run(self) -> int:
        """All that is due; returns how many vectors were kept."""
        self._ask_all_if_the_model_changed()
        done = 0
        while not self.pause(0) and (batch := self.embeddings.due(self.embedder.model, self.embedder.dim)):
            self.has_asked = True
            try:
                self._embed(batch)
            except StepFailed as failure:
                self._put_off(batch, failure)
                break
            done += len(batch)
            self._all_is_well()
        if done:
            log.info("texts_embedded", number=done, model=self.embedder.model)
        return done

    def _embed(self, batch: Sequence[Due]) -> None:
        vectors, dim = self._vectors([one.text for one in batch]), self.embedder.dim
        if any(len(vector) != dim for vector in vectors):  # kept, they would be due again at once, and for ever
            raise TryAgain("bad_vectors", f"a vector has another width than {dim}")
        try:
            self.embeddings.put(
                [
                    Embedding(one.media_id, KIND, self.embedder.model, tuple(vector), digest_of(one.text))
                    for one, vector in zip(batch, vectors, strict=True)
                ]
            )
        except ValueError as error:
            raise TryAgain("bad_vectors", f"the vectors cannot be kept: {error}") from error

    def _vectors(self, texts: list[str]) -> Sequence[Sequence[float]]:
        """A text that is refused alone may be too long for the model, which nobody says in a form that can be
        relied on: its beginning tells most of it."""
        try:
            return self.embedder.embed(texts)
        except TryAgain as failure:
            if failure.reason != "request_refused" or len(texts) > 1 or len(texts[0]) <= SHORT:
                raise
        return self.embedder.embed([texts[0][:SHORT]])

    def _put_off(self, batch: Sequence[Due], failed: StepFailed) -> None:
        """No turn is no failure: it is looked for again in a few seconds."""
        failure = failed.failure
        if failure.reason == NO_TURN:
            return
        if may_be_the_texts(failure):
            wait = comes_again(batch[0].tries + 1, len(batch), self.base)
            self.embeddings.put_off([one.media_id for one in batch], wait)
        known = self._trouble()
        trouble = goes_on(known, failure, self.base)
        self.marks.mark(TROUBLE_MARK, str(trouble))
        is_news = known is None or known.reason != trouble.reason
        tell = log.info if not is_news else log.error if trouble.is_refusal else log.warning
        tell(
            "texts_not_embedded",
            reason=failure.reason,
            detail=failure.detail,
            texts=len(batch),
            again_in_seconds=round(trouble.wait.total_seconds(), 1),
        )

    def _all_is_well(self) -> None:
        if self._trouble():
            self.marks.mark(TROUBLE_MARK)
            log.info("texts_embedded_again", model=self.embedder.model)

    def _ask_all_if_the_model_changed(self) -> None:
        """Whoever dies meanwhile leaves the mark as it was, and it begins anew."""
        if self._is_of_another_model():
            asked = self.embeddings.ask_all()
            self.marks.mark(MODEL_MARK, self._name())
            self.marks.mark(TROUBLE_MARK)
            log.info("texts_due_for_another_model", texts=asked, model=self.embedder.model, dim=self.embedder.dim)
            self.is_of_this_model = True

    def _is_of_another_model(self) -> bool:
        """Asked until it is known, then no more: two workers with two models would undo each other's work."""
        if not self.is_of_this_model:
            mark = self.marks.marked(MODEL_MARK)
            self.is_of_this_model = mark is not None and mark.note == self._name()
        return not self.is_of_this_model

    def _name(self) -> str:
        return f"{self.embedder.dim} {self.embedder.model}"

    def _rests(self) -> bool:
        """Who refused us is asked at once by a worker that starts: it may have been given another key."""
        mark = self.marks.marked(TROUBLE_MARK)
        trouble = trouble_of(mark.note) if mark else None
        if mark is None or trouble is None or (trouble.is_refusal and not self.has_asked):
            return False
        return self.now() < mark.at + trouble.wait

    def _trouble(self) -> Trouble | None:
        mark = self.marks.marked(TROUBLE_MARK)
        return trouble_of(mark.note) if mark else None
