"""A file that kills its decoder, with real children that really die: three of them, and nobody else suffers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from media_vm.imaging.pool import ChildPool
from media_vm.pipeline import run_cycle
from media_vm.rules.callbacks import EventKind
from media_vm.rules.failures import Kind
from media_vm.testing import MemoryPixels, picture
from media_vm.values import Rendering, RenderRequest
from tests import child_tasks
from tests.faults.simulated import HOUR, Simulated, simulated

DONE = ["completed"] * 4
SEGMENTATION_FAULT = 11


class Deadly(MemoryPixels):
    """Pictures that are words, but the marked one is handed to a real child, whom it kills. deaths: how often."""

    def __init__(self, plain: MemoryPixels, children: ChildPool) -> None:
        super().__init__(plain._disk)
        self._children = children
        self.deaths = 0

    def render(self, source: Path, into: Path, request: RenderRequest) -> Rendering:
        """As a decoder with a hole in it does."""
        if b"crash" in self._disk[source]:
            self.deaths += 1
            self._children.run(child_tasks.end_by, SEGMENTATION_FAULT, limit=timedelta(seconds=20))
        return super().render(source, into, request)


@pytest.fixture(params=["sqlite", "mariadb"])
def sim(request: pytest.FixtureRequest) -> Iterator[Simulated]:
    with simulated(request.param, request) as one, closing(ChildPool(1)) as children:
        yield replace(one, world=replace(one.world, pixels=Deadly(one.parts.pixels, children), items_in_flight=4))


def test_exactly_three_children_die(sim: Simulated) -> None:
    """Then the bytes are put aside, fetched once more as proof, cleaned up; twenty neighbours live meanwhile."""
    sim.parts.api.upload(1, "deadly.jpg", picture(flaw="crash"), user_id=1)
    for number in range(2, 22):
        sim.parts.api.upload(number, f"{number}.jpg", picture(width=900 + number), user_id=number)
    run_cycle(sim.world)
    meanwhile = [sim.statuses(number) for number in range(2, 22)]

    sim.pass_time(HOUR)

    pixels, checklist = sim.world.pixels, sim.checklist(sim.media_id(1))
    assert isinstance(pixels, Deadly)
    assert 3 == pixels.deaths == checklist.deaths == checklist.crash_deaths
    assert [DONE] * 20 == meanwhile
    assert checklist.last_error is not None and Kind.POISON is checklist.last_error.kind
    assert "failed" == sim.statuses(1)[0]
    assert [1] == sim.told(EventKind.CLEANUP)
    assert sim.parts.files.quarantined(sim.media_id(1)) is not None


def test_the_poisoned_is_not_healed(sim: Simulated) -> None:
    """When an unlucky one would have had both its rounds, it is as it was."""
    sim.parts.api.upload(1, "deadly.jpg", picture(flaw="crash"), user_id=1)
    sim.pass_time(HOUR)

    sim.pass_time(14 * HOUR)

    pixels = sim.world.pixels
    assert isinstance(pixels, Deadly)
    assert 3 == pixels.deaths
    assert 0 == sim.checklist(1).heal_rounds
