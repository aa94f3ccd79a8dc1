"""A paid question ends within its time, the wait for a turn included."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest

from media_vm.errors import TooSlow
from media_vm.price_file import read_prices
from media_vm.rules.findings import Provider
from media_vm.rules.pictures import DataType
from media_vm.testing import MemoryClock
from media_vm.testing.answers import MemoryAnswers
from media_vm.testing.spending import MemorySpending
from media_vm.vision.paid import PaidModel
from media_vm.vision.till import Till
from tests.model_endpoints import PICTURE, eyes, seconds
from tests.stand_ins.model_faults import hang
from tests.stand_ins.model_server import model_server


class LateTurns:
    """A turn comes after a second. waits: what one was ready to wait."""

    def __init__(self) -> None:
        self.waits: list[timedelta] = []

    @contextmanager
    def of(self, _: Provider, wait: timedelta) -> Iterator[bool]:
        self.waits.append(wait)
        time.sleep(1)
        yield True


def test_what_a_turn_takes_is_gone_for_the_answer() -> None:
    """A chain's next model needs the rest of the time."""
    clock, prices, turns = MemoryClock(), read_prices(), LateTurns()
    till = Till(
        MemorySpending(clock, prices, None),
        turns,
        MemoryAnswers(clock),
        seconds(30),
        seconds(30),
        lambda: clock.now,
    )
    with model_server() as server, eyes(server, Provider.OPENAI) as model:
        server.otherwise = hang
        began = time.monotonic()
        with pytest.raises(TooSlow):
            PaidModel(model.vision, till, prices).look(PICTURE, DataType.PRODUCT, "{}", within=seconds(1.5))
        took = time.monotonic() - began

    assert 1.3 < took < 4
    assert turns.waits[0] <= seconds(1.5)
