"""Pictures described again: from `media-vm ai run` to the main API's update, on real databases."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import text

from media_vm.adapters.ai_again import DatabaseAnalyses
from media_vm.ai_again import describe_again
from media_vm.ai_ports import Batch, Wanted
from media_vm.errors import TryAgain
from media_vm.pipeline import run_cycle
from media_vm.poll import last_wake
from media_vm.rules.callbacks import EventKind
from media_vm.rules.checklist import Step, StepStatus
from media_vm.rules.pictures import DataType
from media_vm.testing import picture
from tests.faults.simulated import DAY, MINUTE, Simulated, simulated
from tests.said import MEASURED, SEEN, told

MISSING, NOW = Wanted(is_missing=True, since=None), timedelta(0)
ALL = 500


@pytest.fixture(params=["sqlite", "mariadb"])
def sim(request: pytest.FixtureRequest) -> Iterator[Simulated]:
    with simulated(request.param, request) as one:
        one.parts.vision.measured = MEASURED
        yield one


def analyses(sim: Simulated) -> DatabaseAnalyses:
    assert sim.engine is not None
    return DatabaseAnalyses(sim.engine)


def set_up(sim: Simulated) -> None:
    """Providers answer from now on."""
    vision = sim.parts.vision
    vision.is_configured, vision.seen, vision.told = True, SEEN, told(alt_text="Two boats")


def uploaded(sim: Simulated, *ids: int, kind: DataType = DataType.PROFILE) -> None:
    for one in ids:
        sim.parts.api.upload(one, f"{one}.jpg", picture(width=1200 + one), kind=kind)
    run_cycle(sim.world)


def change(sim: Simulated, what: str) -> None:
    assert sim.engine is not None
    with sim.engine.begin() as connection:
        connection.execute(text(what))


def test_what_nobody_described_is_described_and_told(sim: Simulated) -> None:
    """The main API hears of it as an update; then there is nothing left to ask for."""
    uploaded(sim, 1, 2)
    set_up(sim)
    before = last_wake(sim.world)

    assert Batch(Counter({DataType.PROFILE: 2}), 0, None) == analyses(sim).ask(MISSING, 0, ALL, NOW)
    assert (StepStatus.PENDING, 0) == (
        sim.checklist()[Step.AI_VISUAL_ANALYSIS].status,
        sim.checklist()[Step.AI_VISUAL_ANALYSIS].attempts,
    )
    assert before != last_wake(sim.world)
    assert Batch({}, 0, None) == analyses(sim).wanted(MISSING, 0, ALL)  # it comes without being asked for again
    run_cycle(sim.world)

    assert [1, 2] == sim.told(EventKind.UPDATE)
    body = json.loads(sim.parts.api.sent[-1].body or "")
    assert (True, [], "Two boats") == (body["ai_enhanced"], body["degraded"], body["ai_analysis"]["alt_text"])
    assert Batch({}, 0, None) == analyses(sim).ask(MISSING, 0, ALL, NOW)


@pytest.mark.parametrize(
    ("so", "is_missing"),
    [
        ("UPDATE processing_checklist SET degraded = 'failed'", True),
        ("UPDATE media_ai_analysis SET is_ai_enhanced = 0", True),
        ("DELETE FROM media_ai_analysis", True),
        ("UPDATE processing_checklist SET degraded = NULL", False),
    ],
)
def test_what_is_missing(sim: Simulated, so: str, is_missing: bool) -> None:
    """Somebody did not answer, or nobody was asked; what was described whole is not."""
    set_up(sim)
    uploaded(sim, 1)
    change(sim, so)

    assert ({DataType.PROFILE: 1} if is_missing else {}) == analyses(sim).wanted(MISSING, 0, ALL).kinds


def test_a_look_changes_nothing(sim: Simulated) -> None:
    """It says what would be asked, as often as one likes."""
    uploaded(sim, 1)
    set_up(sim)
    before = sim.checklist()

    assert [Batch(Counter({DataType.PROFILE: 1}), 0, None)] * 2 == [
        analyses(sim).wanted(MISSING, 0, ALL) for _ in range(2)
    ]
    run_cycle(sim.world)

    assert before == sim.checklist()
    assert [] == sim.told(EventKind.UPDATE)


def test_what_gave_up_is_asked_again_at_once(sim: Simulated) -> None:
    """With all its attempts and healing rounds, not an hour later."""
    set_up(sim)
    sim.parts.vision.troubles = [TryAgain("off_schema", "nonsense") for _ in range(9)]
    uploaded(sim, 1)
    sim.pass_time(MINUTE * 30)
    assert StepStatus.FAILED is sim.checklist()[Step.AI_VISUAL_ANALYSIS].status
    sim.parts.vision.troubles = []

    analyses(sim).ask(MISSING, 0, ALL, NOW)
    asked = sim.checklist()
    run_cycle(sim.world)

    assert (None, None, 0) == (asked.ai_heal_at, asked.ai_not_before, asked.ai_rounds)
    assert StepStatus.COMPLETED is sim.checklist()[Step.AI_VISUAL_ANALYSIS].status
    assert [1] == sim.told(EventKind.UPDATE)


def test_what_waits_for_its_next_try_is_tried_now(sim: Simulated) -> None:
    """Its own not-before time goes."""
    set_up(sim)
    sim.parts.vision.troubles = [TryAgain("off_schema", "nonsense")]
    uploaded(sim, 1)
    assert sim.checklist().ai_not_before is not None

    assert 1 == analyses(sim).ask(MISSING, 0, ALL, NOW).kinds[DataType.PROFILE]
    run_cycle(sim.world)

    assert StepStatus.COMPLETED is sim.checklist()[Step.AI_VISUAL_ANALYSIS].status


def test_what_is_held_deleted_or_failed_is_left_alone(sim: Simulated) -> None:
    """A worker's is counted; the others are none of ours."""
    uploaded(sim, 1, 2, 3, 4)
    set_up(sim)
    held, failed, deleted = (sim.media_id(one) for one in (1, 2, 3))
    change(
        sim,
        "UPDATE processing_checklist SET lease_token = 'somebodys', lease_expires_at = updated_at, due_at = NULL"
        f" WHERE media_id = {held}",
    )
    change(sim, f"UPDATE media_files SET status = 'failed' WHERE id = {failed}")
    change(sim, f"UPDATE media_files SET deleted_at = created_at WHERE id = {deleted}")

    batches = [analyses(sim).wanted(MISSING, 0, ALL), analyses(sim).ask(MISSING, 0, ALL, NOW)]

    assert [Batch(Counter({DataType.PROFILE: 1}), 1, None)] * 2 == batches
    statuses = [sim.checklist(one)[Step.AI_VISUAL_ANALYSIS].status for one in (held, failed, deleted)]
    assert [StepStatus.COMPLETED] * 3 == statuses


def test_since_a_day_described_or_not(sim: Simulated) -> None:
    """What came in before is not wanted; with `missing` too, neither is what was described."""
    set_up(sim)
    uploaded(sim, 1)
    sim.pass_time(DAY)
    begin = sim.parts.clock.now
    uploaded(sim, 2)
    sim.parts.vision.is_configured, sim.parts.vision.seen, sim.parts.vision.told = False, None, None
    uploaded(sim, 3, kind=DataType.LOGO)

    found = [
        analyses(sim).wanted(Wanted(is_missing=is_missing, since=since), 0, ALL).kinds
        for is_missing, since in ((False, begin), (True, begin), (True, None), (False, begin - 2 * DAY))
    ]

    one, logo = {DataType.PROFILE: 1}, {DataType.LOGO: 1}
    assert [one | logo, logo, logo, {DataType.PROFILE: 2} | logo] == found


def test_more_than_a_minutes_worth_come_later(sim: Simulated) -> None:
    """So that what is uploaded meanwhile comes in between."""
    uploaded(sim, 1, 2, 3, 4, 5)
    set_up(sim)

    again = describe_again(analyses(sim), MISSING, 2, is_asking=True)
    run_cycle(sim.world)
    at_once = len(sim.told(EventKind.UPDATE))
    sim.pass_time(2 * MINUTE + MINUTE / 2)

    assert (5, 0, 2 * MINUTE) == (again.pictures, again.held, again.lasts)
    assert (2, 5) == (at_once, len(sim.told(EventKind.UPDATE)))
