"""The till that every paid question goes through: answered before, it costs nothing; else it waits for its turn,
and is asked only if the day's money allows it.

    known answer ──▶ that          another asks it, or no turn in time ──▶ scheduling, no attempt
    a turn ──▶ money set aside ──▶ asked, each call written down as it is billed ──▶ the answer kept
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Set
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, TypeVar

from media_vm.ai_ports import Answers, Question, Reservation, Spending, Turns
from media_vm.errors import ProviderDown
from media_vm.rules.findings import Call, Provider, Seen, Told
from media_vm.rules.outages import NO_TURN, OUT_OF_MONEY
from media_vm.vision.one_asker import OneAsker

T = TypeVar("T", Seen, Told)
A = TypeVar("A")  # whatever is asked for

_UNSEEN_END: Final = frozenset({"too_slow", "answer_too_long", "hung_up"})
"""What was sent may be billed though its answer was given up: what was set aside for it stays so."""

_ASKED_FOR: ContextVar[_About | None] = ContextVar("the media that a question is about", default=None)
_OPEN: ContextVar[_Open | None] = ContextVar("the question under way", default=None)


@contextmanager
def asked_for(media_id: int) -> Iterator[Set[Provider]]:
    """Whatever is asked in this block is about that media; the bill says so. Who was truly asked: an answer that
    was kept says nothing of whoever gave it."""
    about = _About(media_id)
    token = _ASKED_FOR.set(about)
    try:
        yield about.asked
    finally:
        _ASKED_FOR.reset(token)


@dataclass(frozen=True, slots=True)
class _About:
    """A media that is asked about, and who was asked so far."""

    media_id: int
    asked: set[Provider] = field(default_factory=set)


def _media_id() -> int | None:
    about = _ASKED_FOR.get()
    return about.media_id if about else None


@dataclass(slots=True)
class _Open:
    """A question under way. reservation: for all its calls until one is answered, or given up unseen."""

    prompt_version: str
    reservation: Reservation | None


@dataclass(frozen=True, slots=True)
class Till:
    """wait: for a turn, or for another's answer to the same question. lasts: the longest that a question may take.
    now: the database's time."""

    spending: Spending
    turns: Turns
    answers: Answers
    wait: timedelta
    lasts: timedelta
    now: Callable[[], datetime]
    askers: OneAsker = field(default_factory=OneAsker)

    def answer(
        self,
        question: Question,
        most: int | None,
        ask: Callable[[], T],
        kind: type[T],
        within: timedelta | None = None,
    ) -> T:
        """What was answered before, or is now. most: micro-USD that it costs, None: nobody knows. within: a turn
        comes within that too.

        ProviderDown: `out_of_money` until the next day; `no_turn` for a moment, of calls or of money. Else as
        `ask` raises.
        """
        wait = self.wait if within is None else min(self.wait, within)
        ends = time.monotonic() + wait.total_seconds()
        with self.askers.of(question, wait) as is_ours:
            if not is_ours:
                raise ProviderDown(NO_TURN, f"{question.provider} is being asked the very same")
            known = self.answers.get(question)
            if isinstance(known, kind):
                return known
            left = timedelta(seconds=max(0.0, ends - time.monotonic()))
            found = self.pay(question.provider, question.prompt_version, most, ask, left)
            self.answers.put(question, found, _media_id())
            return found

    def pay(
        self,
        provider: Provider,
        prompt_version: str,
        most: int | None,
        ask: Callable[[], A],
        within: timedelta | None = None,
    ) -> A:
        """What is answered now, and not kept here. within: a turn comes within that too. Raises as `answer`."""
        with self.turns.of(provider, self.wait if within is None else min(self.wait, within)) as has_turn:
            if not has_turn:
                raise ProviderDown(NO_TURN, f"{provider} has all the calls under way that it is given")
            if about := _ASKED_FOR.get():
                about.asked.add(provider)
            return self._asked(prompt_version, most, ask)

    def bill(self, call: Call) -> None:
        """Write down a call, for the question under way in this thread if there is one."""
        under_way = _OPEN.get()
        version = under_way.prompt_version if under_way else ""
        reservation = None
        if under_way and call.reason is None:
            reservation, under_way.reservation = under_way.reservation, None
        elif under_way and call.reason in _UNSEEN_END and not call.units:
            under_way.reservation = None
        self.spending.record(call, _media_id(), version, reservation)

    def _asked(self, prompt_version: str, most: int | None, ask: Callable[[], A]) -> A:
        reserved = self.spending.reserve(most, self.lasts)
        if reserved is None:
            raise ProviderDown(NO_TURN, "what is left of MEDIA_VM_AI_DAILY_USD is set aside for calls under way")
        if isinstance(reserved, datetime):
            detail = "MEDIA_VM_AI_DAILY_USD is spent for today"
            raise ProviderDown(OUT_OF_MONEY, detail, retry_after=max(timedelta(0), reserved - self.now()))
        under_way = _Open(prompt_version, reserved)
        token = _OPEN.set(under_way)
        try:
            return ask()
        finally:
            _OPEN.reset(token)
            if under_way.reservation is not None:
                self.spending.release(under_way.reservation)
