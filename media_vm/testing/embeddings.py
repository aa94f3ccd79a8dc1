"""Embeddings in memory, as bytes as in a database, and somebody who makes them of texts."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from media_vm.ai_ports import Embedding
from media_vm.errors import StepFailed
from media_vm.rules.embedding import KIND, Due, batch_of, digest_of
from media_vm.rules.vectors import packed, unpacked
from media_vm.testing.clock import MemoryClock


@dataclass(slots=True)
class _Text:
    text: str
    due_at: datetime | None
    tries: int = 0
    is_deleted: bool = False


class MemoryEmbeddings:
    """The `Embeddings` port over dictionaries."""

    def __init__(self, clock: MemoryClock) -> None:
        self._clock = clock
        self._texts: dict[int, _Text] = {}
        self._kept: dict[tuple[int, str], tuple[Embedding, bytes]] = {}

    def say(self, media_id: int, text: str) -> None:
        """A picture has this text from now on."""
        self._texts[media_id] = _Text(text, self._clock.now)

    def delete(self, media_id: int) -> None:
        """The picture is no more."""
        self._texts[media_id].is_deleted = True

    def put(self, embeddings: Sequence[Embedding]) -> None:
        """As two bytes a number."""
        for embedding, vec in [(one, packed(one.vector)) for one in embeddings]:
            self._kept[embedding.media_id, embedding.kind] = embedding, vec
            known = self._texts.get(embedding.media_id)
            if known and embedding.kind == KIND and digest_of(known.text) == embedding.text_hash:
                known.due_at, known.tries = None, 0

    def get(self, media_id: int, kind: str) -> Embedding | None:
        """As precise as kept."""
        if (media_id, kind) not in self._kept:
            return None
        embedding, stored = self._kept[media_id, kind]
        return replace(embedding, vector=unpacked(stored, len(embedding.vector)) or ())

    def is_due(self) -> bool:
        """By its own clock."""
        return any(one.due_at and one.due_at <= self._clock.now for one in self._texts.values())

    def due(self, model: str, dim: int) -> Sequence[Due]:
        """In the order of their times."""
        found = [(one.due_at, media_id) for media_id, one in self._texts.items() if one.due_at]
        wanting = []
        for due_at, media_id in sorted(found):
            one = self._texts[media_id]
            if due_at > self._clock.now:
                continue
            if not one.text:
                self._kept.pop((media_id, KIND), None)
            if one.is_deleted or not one.text or self._is_sound(media_id, model, dim):
                one.due_at, one.tries = None, 0
            else:
                wanting.append(Due(media_id, one.text, one.tries))
        return batch_of(wanting, dim)

    def put_off(self, media_ids: Sequence[int], wait: timedelta) -> None:
        """And counted."""
        for media_id in media_ids:
            one = self._texts[media_id]
            one.due_at, one.tries = self._clock.now + wait, one.tries + 1

    def ask_all(self) -> int:
        """Those that are not asked for yet."""
        asked = [one for one in self._texts.values() if one.due_at is None]
        for one in asked:
            one.due_at = self._clock.now
        return len(asked)

    def _is_sound(self, media_id: int, model: str, dim: int) -> bool:
        kept = self._kept.get((media_id, KIND))
        digest = digest_of(self._texts[media_id].text)
        return kept is not None and (model, dim, digest) == (kept[0].model, len(kept[0].vector), kept[0].text_hash)


@dataclass
class MemoryEmbedder:
    """The `Embedder` port: a text's vector points to its length. failures: what the next calls raise (None: none).
    asked: all that was asked."""

    model: str = "memory"
    dim: int = 2
    failures: list[StepFailed | None] = field(default_factory=list)
    asked: list[list[str]] = field(default_factory=list)

    def embed(self, texts: Sequence[str]) -> Sequence[Sequence[float]]:
        """Of length one."""
        self.asked.append(list(texts))
        if self.failures and (failure := self.failures.pop(0)):
            raise failure
        angles = [len(one) / 100 for one in texts]
        return [[math.cos(angle), math.sin(angle), *[0.0] * (self.dim - 2)] for angle in angles]
