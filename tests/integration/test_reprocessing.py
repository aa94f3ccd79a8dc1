"""Pictures that are made again: from an operator's request to new variants, on every database."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace

import pytest

from media_vm.adapters.reprocess_requests import DatabaseRequests
from media_vm.errors import GiveUp, NoRoom
from media_vm.pipeline import run_cycle
from media_vm.reprocess_ports import Chosen
from media_vm.rules.callbacks import EventKind
from media_vm.rules.checklist import Step, StepStatus
from media_vm.rules.pictures import Format, MediaStatus, Size, Variant
from media_vm.rules.reprocessing import Lack, Remake, RequestState
from media_vm.testing import picture
from media_vm.testing.reprocessing import Asked
from tests.faults.simulated import DATABASES, MINUTE, Simulated, simulated
from tests.said import MEASURED, SEEN, told

VARIANTS, ANALYSIS = Remake(), Remake(frozenset({Step.AI_VISUAL_ANALYSIS}))
TOLD = Remake(frozenset({Step.UPDATE_CALLBACK}))
ALL = 500


@pytest.fixture(params=DATABASES)
def sim(request: pytest.FixtureRequest) -> Iterator[Simulated]:
    """Three pictures that are complete, and that the main API knows of."""
    with simulated(request.param, request) as one:
        one.parts.vision.measured = MEASURED
        for number in (1, 2, 3):
            one.parts.api.upload(number, f"{number}.jpg", picture(width=1200 + number), user_id=number)
        run_cycle(one.world)
        yield one


def ask(sim: Simulated, *media_ids: int, remake: Remake = VARIANTS) -> None:
    if sim.engine is None:
        sim.parts.reprocessing.asked |= {one: Asked(remake) for one in media_ids}
    else:
        DatabaseRequests(sim.engine).ask(media_ids, remake)


def states(sim: Simulated) -> list[RequestState]:
    """Of all requests, in the order of their media."""
    world = sim.world
    assert world.reprocessing is not None
    world.reprocessing.next(world.worker, 0)  # what has ended is recorded
    if sim.engine is None:
        return [one.state for _, one in sorted(sim.parts.reprocessing.asked.items())]
    progress = DatabaseRequests(sim.engine).progress()
    return [state for state in RequestState for _ in range(progress.numbers[state])]


def rendered(sim: Simulated) -> int:
    return len(sim.parts.pixels.asked)


def kept(sim: Simulated, media_id: int) -> Sequence[Variant]:
    return sim.world.store.kept(media_id)


def test_what_is_asked_for_is_made_again(sim: Simulated) -> None:
    """Once each; the main API hears nothing of it, and the main job is as complete as it was."""
    before, news = rendered(sim), len(sim.parts.api.sent)
    ask(sim, 1, 3)
    run_cycle(sim.world)

    assert before + 2 == rendered(sim)
    assert [RequestState.DONE] * 2 == states(sim)
    assert (["completed"] * 4, news) == (sim.statuses(3), len(sim.parts.api.sent))
    run_cycle(sim.world)
    assert before + 2 == rendered(sim)
