"""What is asked of the world about AI calls: money, turns, answers kept, embeddings. Beside `ports.py`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from media_vm.rules.budget import Spent
from media_vm.rules.embedding import Due
from media_vm.rules.findings import Call, Provider, Seen, Told
from media_vm.rules.pictures import DataType


class CostBy(StrEnum):
    """What a bill is drawn up by."""

    PROVIDER = "provider"
    MODEL = "model"
    DAY = "day"
    TASK = "task"


@dataclass(frozen=True, slots=True)
class Reservation:
    """Micro-USD set aside for one call. token: empty where there is no cap, so that nothing had to be."""

    token: str
    micro_usd: int


@dataclass(frozen=True, slots=True)
class CostLine:
    """One line of a bill. micro_usd: of the calls whose cost is known. unknown: answered calls without one."""

    what: str
    calls: int
    failed: int
    tokens_in: int
    tokens_out: int
    micro_usd: int
    unknown: int


@dataclass(frozen=True, slots=True)
class Question:
    """What an answer depends on. pixels, context: SHA-256 in hex of the bytes sent, and of the words with them."""

    pixels: str
    provider: Provider
    model: str
    prompt_version: str
    context: str


@dataclass(frozen=True, slots=True)
class Embedding:
    """What a text means, as a point. text_hash: SHA-256 in hex of the text."""

    media_id: int
    kind: str
    model: str
    vector: tuple[float, ...]
    text_hash: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which media are to be analysed again. is_missing: those alone that a provider never described, or not all of
    them. since: those alone that were taken in since then; None: all. providers: who is set up."""

    is_missing: bool
    since: datetime | None
    providers: tuple[Provider, ...] = ()


@dataclass(frozen=True, slots=True)
class Batch:
    """Some media in the order of their ids. kinds: how many of each type there are to ask. held: how many a worker
    just holds, which are left alone. last: the id to go on after; None: there are no more."""

    kinds: Mapping[DataType, int]
    held: int
    last: int | None


class Spending(Protocol):
    """What calls cost, and what may still be spent (`rules/budget.py`). DatabaseDown from any verb."""

    def reserve(self, most: int | None, lasts: timedelta) -> Reservation | datetime | None:
        """Set aside what a call costs at most, in micro-USD (None: nobody knows), for as long as it can last; or
        when to come again, since the day's cap is spent; None: soon, for others hold what is left of it. What is
        still set aside after that time counts as spent."""

    def record(
        self, call: Call, media_id: int | None, prompt_version: str, reservation: Reservation | None = None
    ) -> None:
        """Write down a call that was made, answered or not; in the place of `reservation`, if one is given."""

    def release(self, reservation: Reservation) -> None:
        """The call was never made."""

    def spent_today(self) -> Spent:
        """Of the UTC day, by the database's clock."""

    def costs(self, since: datetime, by: CostBy) -> Sequence[CostLine]:
        """The bill since then, the dearest line first; by day: the latest first."""


class Pace(Protocol):
    """When calls may begin, all processes on one database together. DatabaseDown."""

    def begin(self, provider: Provider, interval: timedelta, wait: timedelta) -> timedelta | None:
        """Take the next moment that lies an interval after the one before, and tell how far off it is; None, and
        none is taken: further than `wait`."""


class Turns(Protocol):
    """How many calls of a provider at once, and how many a minute."""

    def of(self, provider: Provider, wait: timedelta) -> AbstractContextManager[bool]:
        """Wait for a turn, at most so long, and keep it until the block ends. False: there was none; that is
        scheduling, neither an attempt nor an error. DatabaseDown."""


class Answers(Protocol):
    """Answers that were paid for. DatabaseDown from any verb."""

    def get(self, question: Question) -> Seen | Told | None:
        """What was answered to the very same question, if that is still known."""

    def put(self, question: Question, answer: Seen | Told, media_id: int | None = None) -> None:
        """Keep it; an earlier one is replaced. media_id: whose deletion takes it along."""

    def forget_before(self, when: datetime) -> int:
        """Drop what was last used before that, how many."""


class Analyses(Protocol):
    """Analyses that are wanted again: of what is here, and has neither failed nor been deleted. DatabaseDown."""

    def wanted(self, wanted: Wanted, after: int, most: int) -> Batch:
        """The next media after that id; nothing is changed."""

    def ask(self, wanted: Wanted, after: int, most: int, later: timedelta) -> Batch:
        """The same, and their analysis is pending with all its attempts, due so much later than now."""


class Embedder(Protocol):
    """Who turns texts into vectors: one model, so that all of them compare."""

    @property
    def model(self) -> str:
        """Its name, another one for another model."""

    @property
    def dim(self) -> int:
        """How many numbers a vector has."""

    def embed(self, texts: Sequence[str]) -> Sequence[Sequence[float]]:
        """One vector of length one for each text, in their order. ProviderDown (`out_of_money`, `no_turn`),
        TooSlow, TryAgain, Misconfigured, NoRoom; DatabaseDown."""


class Embeddings(Protocol):
    """One vector a media and kind, and whose text is to be embedded. DatabaseDown from any verb."""

    def put(self, embeddings: Sequence[Embedding]) -> None:
        """Keep them in the place of earlier ones. Whose text is still that one is due no more. ValueError, and
        none is kept: one has no numbers that 16 bits hold."""

    def get(self, media_id: int, kind: str) -> Embedding | None:
        """As kept, each number to three digits or so; None also where the row is damaged."""

    def is_due(self) -> bool:
        """Is there a text to look at now?"""

    def due(self, model: str, dim: int) -> Sequence[Due]:
        """What is embedded next in one go (`rules/embedding.py`), by when it fell due. Whose vector is of this
        very text, model and dim, and who has no text or was deleted, is due no more."""

    def put_off(self, media_ids: Sequence[int], wait: timedelta) -> None:
        """Embedding their texts failed once more; they fall due again so much later than now."""

    def ask_all(self) -> int:
        """Every text is due, where it is not yet: the model has changed. How many were asked for."""
