"""Many questions at once behind the till, over real sockets: who waits for what, and for how long."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest

from media_vm.errors import ProviderDown, StepFailed, TooSlow
from media_vm.rules.budget import Spent
from media_vm.rules.findings import Provider
from media_vm.rules.outages import NO_TURN
from media_vm.rules.pictures import DataType
from media_vm.testing import MemoryClock
from media_vm.testing.spending import MemorySpending
from media_vm.vision.paid import PaidModel
from tests.paid_vision import CAP, GOOGLE_COST, MODEL_COST, PRICES, Desk, desk, media_of, own_turns
from tests.stand_ins.google_vision import refused_picture
from tests.stand_ins.model_answers import RIGHT, WRONG_SCHEMA
from tests.stand_ins.model_faults import cut_off, hang, reset

LONG = timedelta(minutes=5)


def test_as_many_are_asked_at_once_as_there_are_turns(clock: MemoryClock) -> None:
    """No client below has a smaller number of its own: 40 calls are under way before the first is answered."""
    with desk(clock, turns=own_turns(clock, at_once=40), wait=LONG) as at, ThreadPoolExecutor(40) as pool:
        at.model.delay = 2.0
        (model,) = at.providers.models
        assert isinstance(model, PaidModel)
        list(pool.map(lambda number: model.look(b"%d" % number, DataType.PRODUCT, "{}", within=LONG), range(40)))
        began = sorted(call.at for call in at.model.calls)

    assert (40, True) == (len(began), began[-1] - began[0] < 2.0)


def test_one_question_asked_by_two_at_once_is_asked_once(at: Desk) -> None:
    """The second waits for the answer of the first."""
    at.google.latency = at.model.delay = 0.3
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda number: at.describe(media_of(number)), range(1, 5)))

    assert (1, 1) == at.calls
    assert 1 == len({(one.seen, one.told) for one in answers}) and not any(one.failure for one in answers)


def test_who_waits_for_another_s_answer_asks_when_that_one_failed(at: Desk) -> None:
    """A failure is nobody's answer."""
    at.google.latency = 0.2
    at.google.first.append(refused_picture(3))
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(lambda number: at.describe(media_of(number)), (1, 2)))

    assert [False, True] == sorted(one.seen is not None for one in answers)


def test_who_waits_too_long_for_another_s_answer_comes_again(clock: MemoryClock) -> None:
    """It neither asks as well, nor holds up what else its worker has to do."""
    with desk(clock, wait=timedelta(seconds=0.1)) as at, ThreadPoolExecutor(1) as pool:
        at.google.latency = 1.0
        first = pool.submit(at.describe, media_of(1))
        while not at.google.asked:
            threading.Event().wait(0.01)
        clock.advance(timedelta(seconds=1))  # the next call might begin
        second = at.describe(media_of(2))
        calls = len(at.google.asked)

        assert (NO_TURN, None, 1) == (second.failure and second.failure.reason, second.seen, calls)
        assert first.result().seen


def test_money_is_set_aside_while_a_question_is_open(at: Desk, spending: MemorySpending) -> None:
    """What it costs at most counts until it is known what it did cost."""
    at.google.latency = 0.4
    with ThreadPoolExecutor(1) as pool:
        asked = pool.submit(at.describe, media_of(1))
        while not at.google.asked:
            threading.Event().wait(0.01)
        during = spending.spent_today()
        asked.result()

    assert Spent(reserved=GOOGLE_COST) == during
    assert (GOOGLE_COST + MODEL_COST, 0) == (spending.spent_today().known, spending.spent_today().reserved)


def test_without_a_turn_nobody_is_asked(clock: MemoryClock, spending: MemorySpending) -> None:
    """All calls are under way: scheduling, no money set aside, no attempt to be spent."""
    turns = own_turns(clock, at_once=1)
    with (
        desk(clock, spending=spending, turns=turns, wait=timedelta(seconds=0.1)) as at,
        turns.of(Provider.GOOGLE, LONG),
        turns.of(Provider.OPENAI, LONG),
    ):
        described = at.describe()

    assert isinstance(described.failure, ProviderDown)
    assert (NO_TURN, None, None) == (described.failure.reason, described.seen, described.told)
    assert ((0, 0), Spent(), []) == (at.calls, spending.spent_today(), spending.paid)


def test_the_wait_for_a_turn_is_part_of_the_model_s_time(clock: MemoryClock) -> None:
    """A share of a chain is not exceeded by waiting first and asking as long afterwards."""
    turns = own_turns(clock, at_once=1)
    with desk(clock, turns=turns, wait=timedelta(seconds=30)) as at:
        (model,) = at.providers.models
        assert isinstance(model, PaidModel)
        began = time.monotonic()
        with turns.of(Provider.OPENAI, LONG), pytest.raises(ProviderDown) as caught:
            model.look(b"x", DataType.PRODUCT, "{}", within=timedelta(seconds=0.2))

    assert (NO_TURN, True) == (caught.value.reason, time.monotonic() - began < 10)
    assert (0, 0) == at.calls


def test_without_time_the_model_is_not_asked(at: Desk) -> None:
    """A chain's last may be left with none: that is none, not its usual budget."""
    (model,) = at.providers.models
    assert isinstance(model, PaidModel)
    with pytest.raises(TooSlow):
        model.look(b"x", DataType.PRODUCT, "{}", within=timedelta(0))

    assert (0, 0) == at.calls


class Watched(MemorySpending):
    """aside: micro-USD still set aside once each call was written down."""

    def __init__(self, clock: MemoryClock) -> None:
        super().__init__(clock, PRICES, CAP)
        self.aside: list[int] = []

    def record(self, *call: Any) -> None:
        """And watch."""
        super().record(*call)
        self.aside.append(self.spent_today().reserved)


def test_money_stays_aside_for_the_next_call_of_a_question(clock: MemoryClock) -> None:
    """What is asked again after a refused format, or to repair an answer, is covered as the first call was."""
    spending = Watched(clock)
    with desk(clock, spending=spending) as at:
        at.model.refused_formats = frozenset({"json_schema"})
        at.model.script(RIGHT, WRONG_SCHEMA)  # the first of them is refused unread
        model = at.providers.models[0]
        assert isinstance(model, PaidModel)
        model.look(b"picture", DataType.PRODUCT, "{}")

    first, second, answered = spending.aside
    assert 0 < first == second
    assert (0, 0) == (answered, spending.spent_today().reserved)


@pytest.mark.parametrize("ends", [hang, cut_off, reset], ids=lambda one: one.__name__)
def test_what_was_given_up_unseen_counts_until_the_day_is_over(
    clock: MemoryClock, ends: Callable[..., None]
) -> None:
    """The provider had the picture, and may send a bill."""
    spending = Watched(clock)
    with desk(clock, spending=spending) as at:
        at.model.otherwise = ends
        model = at.providers.models[0]
        assert isinstance(model, PaidModel)
        with pytest.raises(StepFailed):
            model.look(b"picture", DataType.PRODUCT, "{}", within=timedelta(seconds=0.3))
    during = spending.spent_today()
    clock.advance(timedelta(minutes=6))

    [aside] = spending.aside
    assert 0 < aside == during.reserved
    assert (aside, 0) == (spending.spent_today().known, spending.spent_today().reserved)
