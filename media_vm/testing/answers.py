"""Answers that were paid for, in memory: as text, as in a database."""

from __future__ import annotations

from datetime import datetime

from media_vm.ai_ports import Question
from media_vm.rules.answer_json import from_json, to_json
from media_vm.rules.findings import Seen, Told
from media_vm.testing.clock import MemoryClock


class MemoryAnswers:
    """The `Answers` port over a dictionary."""

    def __init__(self, clock: MemoryClock) -> None:
        self._clock = clock
        self._kept: dict[Question, tuple[str, datetime]] = {}

    def get(self, question: Question) -> Seen | Told | None:
        """As it was put."""
        if question not in self._kept:
            return None
        text, _ = self._kept[question]
        self._kept[question] = text, self._clock.now
        return from_json(text)

    def put(self, question: Question, answer: Seen | Told, media_id: int | None = None) -> None:
        """What could not be read back is not kept."""
        try:
            self._kept[question] = to_json(answer), self._clock.now
        except ValueError:
            return

    def forget_before(self, when: datetime) -> int:
        """By when it was last used."""
        unused = [question for question, (_, used_at) in self._kept.items() if used_at < when]
        for question in unused:
            del self._kept[question]
        return len(unused)
