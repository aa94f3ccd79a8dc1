"""Single items in trouble, on every database, each to the state that contract §5 gives it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import update
from sqlmodel import Session

from media_vm.adapters.readings import Readings
from media_vm.adapters.tables import ProcessingChecklist
from media_vm.errors import ChildDied, NotThere, TryAgain
from media_vm.pipeline import run_cycle
from media_vm.rules.callbacks import Event, EventKind
from media_vm.rules.checklist import Step
from media_vm.rules.failures import Kind
from media_vm.rules.pictures import FocalPoint, Size
from media_vm.rules.shown import RefocusAnswer
from media_vm.testing import picture
from media_vm.values import Answer, Rendering, RenderRequest
from tests.faults.simulated import DATABASES, DAY, HOUR, MINUTE, SECOND, Simulated, simulated

DONE = ["completed"] * 4
GONE = NotThere("temp_file_missing", "the temp file answers 404")
BROKEN = TryAgain("refused", "the main API answers 500")


@pytest.fixture(params=DATABASES)
def sim(request: pytest.FixtureRequest) -> Iterator[Simulated]:
    with simulated(request.param, request) as one:
        yield one


def neighbours(sim: Simulated, *numbers: int) -> None:
    for number in numbers:
        sim.parts.api.upload(number, f"{number}.jpg", picture(width=900 + number), user_id=number)


def keys(sim: Simulated, kind: EventKind) -> list[str]:
    return [event.key for event in sim.parts.api.sent if event.kind is kind]


def test_a_temp_file_that_is_404_for_ever_is_given_up_with_proof(sim: Simulated) -> None:
    """After a day, and only once others' bytes arrive: failed, cleaned up, no attempt spent."""
    sim.parts.api.upload(1, "gone.jpg", GONE)
    sim.pass_time(DAY + HOUR)
    alone = sim.statuses(1)
    neighbours(sim, 2)

    sim.pass_time(2 * HOUR)

    assert "pending" == alone[0]
    assert "failed" == sim.statuses(1)[0]
    assert [1] == sim.told(EventKind.CLEANUP)
    assert DONE == sim.statuses(2)


def test_a_callback_that_answers_500_is_insisted_on(sim: Simulated) -> None:
    """The picture lives; three attempts by backoff, then hourly, the same key until it is answered."""
    neighbours(sim, 1)
    sim.parts.api.answers = [BROKEN] * 5
    sim.pass_time(10 * SECOND)
    live = sim.statuses(1)

    sim.pass_time(4 * HOUR)

    assert [*DONE[:3], "pending"] == live
    assert DONE == sim.statuses(1)
    assert 1 == len(keys(sim, EventKind.COMPLETE))
    assert 6 == sim.attempts(1)[3]


def test_an_event_given_up_after_a_week_stands_before_no_newer_one(sim: Simulated) -> None:
    """Seven days of 500 fail the column alone; news that comes later goes out."""
    sim.parts.vision.troubles = [TryAgain("odd", "it failed")] * 3
    neighbours(sim, 1)
    sim.parts.api.answers = [BROKEN] * 1000
    sim.pass_time(7 * DAY - 4 * HOUR)
    tries = sim.attempts(1)[3]
    for _ in range(6 * 6):  # until the next event begins, whose attempts are fresh
        if sim.attempts(1)[3] < tries:
            break
        sim.pass_time(10 * MINUTE)
    sim.parts.api.answers = []
    sim.pass_time(2 * HOUR)

    assert "completed" == sim.checklist(sim.media_id(1)).status.value
    assert [] == sim.told(EventKind.COMPLETE)
    assert [1] == sim.told(EventKind.UPDATE)


def test_after_a_404_nothing_more_goes_out_unless_it_is_listed(sim: Simulated) -> None:
    """An analysis that comes late is no news for a main API that does not know the picture."""
    neighbours(sim, 1)
    sim.parts.vision.troubles = [TryAgain("odd", "it failed")]
    send = sim.parts.api.send
    calls: list[int] = []

    def unknown(event: Event, request_id: str) -> Answer:
        calls.append(1)
        sim.parts.api.listed = []
        return Answer("answered 404", is_unknown=True)

    sim.parts.api.send = unknown  # type: ignore[method-assign]
    sim.pass_time(2 * HOUR)
    sim.parts.api.send = send  # type: ignore[method-assign]
    image = sim.parts.api.upload(1, "1.jpg", picture(width=901), user_id=1)
    sim.pass_time(2 * HOUR)

    assert [1] == calls
    assert image.id in sim.told(EventKind.COMPLETE)
    assert DONE == sim.statuses(1)


def test_what_is_still_listed_is_told_again_and_then_anew(sim: Simulated) -> None:
    """The same event hourly, three times; then a new one a day, with `update: true`."""
    sim.parts.api.forgets = False
    neighbours(sim, 1)

    sim.pass_time(3 * DAY)

    completes, updates = keys(sim, EventKind.COMPLETE), keys(sim, EventKind.UPDATE)
    assert 4 == len(completes) and 1 == len(set(completes))
    assert len(updates) in (2, 3) and len(set(updates)) == len(updates)


def test_an_item_that_is_withdrawn_ends_without_a_word(sim: Simulated) -> None:
    """No longer listed and never retrieved: failed, no cleanup; listed again, it gets a fresh round."""
    image = sim.parts.api.upload(1, "1.jpg", GONE)
    neighbours(sim, 2)
    sim.pass_time(10 * SECOND)
    sim.parts.api.listed = []
    sim.pass_time(HOUR)
    withdrawn, error = sim.statuses(1), sim.checklist(sim.media_id(1)).last_error
    sim.parts.api.temp_files[image.image_path] = picture()
    sim.parts.api.listed = [image]

    sim.pass_time(HOUR)

    assert "failed" == withdrawn[0]
    assert error is not None and "withdrawn" == error.reason
    assert [] == sim.told(EventKind.CLEANUP)
    assert DONE == sim.statuses(1)


def test_a_cleaned_up_id_that_is_listed_again_begins_anew(sim: Simulated) -> None:
    """At most once a day, however often its bytes prove bad."""
    image = sim.parts.api.upload(1, "bad.jpg", picture(flaw="truncated"))
    sim.pass_time(HOUR)
    cleaned = sim.told(EventKind.CLEANUP)
    sim.parts.api.listed = [image]
    sim.pass_time(HOUR)
    again = sim.told(EventKind.CLEANUP)
    sim.parts.api.listed = [image]
    sim.pass_time(HOUR)
    too_soon = sim.told(EventKind.CLEANUP)
    sim.parts.api.temp_files[image.image_path] = picture()
    sim.parts.api.listed = [image]

    sim.pass_time(DAY)

    assert [1] == cleaned
    assert [1, 1] == again == too_soon
    assert DONE == sim.statuses(1)
    assert [1] == sim.told(EventKind.COMPLETE)


def test_a_decoder_that_a_file_kills_is_killed_three_times(sim: Simulated) -> None:
    """Poison: put aside, looked for once more, failed and cleaned up; twenty neighbours are completed."""
    sim.parts.api.upload(1, "deadly.jpg", picture(flaw="crash"), user_id=1)
    neighbours(sim, *range(2, 22))

    sim.pass_time(HOUR)

    checklist = sim.checklist(sim.media_id(1))
    assert 3 == checklist.deaths
    assert checklist.last_error is not None and Kind.POISON is checklist.last_error.kind
    assert "failed" == sim.statuses(1)[0]
    assert [1] == sim.told(EventKind.CLEANUP)
    assert all(DONE == sim.statuses(number) for number in range(2, 22))


def test_five_restarts_condemn_nobody(sim: Simulated) -> None:
    """Each worker is killed with the item in its hands: later and later, then alone, and completed in the end."""
    neighbours(sim, 1)
    sim.world.store.remember(sim.parts.api.pending(), sim.world.store.now())
    for _ in range(5):
        while sim.world.leases.claim("killed") is None:
            sim.parts.clock.advance(30 * SECOND)
            sim.world.leases.free_expired(1.0)
        sim.parts.clock.advance(61 * SECOND)
        sim.world.leases.free_expired(1.0)
    deaths = sim.checklist(1).worker_deaths

    sim.pass_time(2 * HOUR)

    assert 5 == deaths
    assert DONE == sim.statuses(1)
    assert [1, 1, 1, 1] == sim.attempts(1)
    assert 0 == sim.checklist(1).worker_deaths


def test_a_suspect_waits_for_every_other(sim: Simulated) -> None:
    """Two workers vanished with it: whatever else is due goes first."""
    neighbours(sim, 1)
    sim.world.store.remember(sim.parts.api.pending(), sim.world.store.now())
    for _ in range(2):
        sim.parts.clock.advance(HOUR)
        sim.world.leases.claim("killed")
        sim.parts.clock.advance(61 * SECOND)
        sim.world.leases.free_expired(1.0)
    sim.parts.clock.advance(HOUR)
    neighbours(sim, 2)
    sim.world.store.remember(sim.parts.api.pending(), sim.world.store.now())

    claims = [sim.world.leases.claim("worker") for _ in range(3)]

    assert [2, 1, None] == [claim and claim.media.main_api_id for claim in claims]


def test_what_failed_for_want_of_luck_is_healed_twice(sim: Simulated) -> None:
    """An hour later, and twelve hours after that; then it stays failed, its bytes kept, and no cleanup is sent."""
    image = sim.parts.api.upload(1, "1.jpg", TryAgain("temp_file_refused", "the temp file answers 500"))
    neighbours(sim, 2)
    sim.pass_time(20 * HOUR)
    over = sim.checklist(sim.media_id(1))
    sim.parts.api.temp_files[image.image_path] = picture()
    sim.pass_time(2 * DAY)

    assert 2 == over.heal_rounds
    assert over.heal_at is None
    assert "failed" == sim.statuses(1)[0], "rounds used up"
    assert [] == sim.told(EventKind.CLEANUP)


def test_a_healed_item_is_completed(sim: Simulated) -> None:
    """The trouble passed before its first further round."""
    image = sim.parts.api.upload(1, "1.jpg", TryAgain("temp_file_refused", "the temp file answers 500"))
    neighbours(sim, 2)
    sim.pass_time(1200 * SECOND)
    failed = sim.statuses(1)
    sim.parts.api.temp_files[image.image_path] = picture()

    sim.pass_time(2 * HOUR)

    assert "failed" == failed[0]
    assert DONE == sim.statuses(1)


def test_an_analysis_that_gave_up_is_tried_again_later(sim: Simulated) -> None:
    """Three failures of its own: the picture lives, and an hour later its analysis follows as an update."""
    sim.parts.vision.troubles = [TryAgain("odd", "it failed")] * 3
    neighbours(sim, 1)
    sim.pass_time(1200 * SECOND)
    gave_up = sim.statuses(1)

    sim.pass_time(2 * HOUR)

    assert ["completed", "failed", "completed", "completed"] == gave_up
    assert DONE == sim.statuses(1)
    assert [1] == sim.told(EventKind.UPDATE)


def test_one_healing_in_ten_minutes_takes_ten_at_most(sim: Simulated) -> None:
    """A heap of failed items comes back in small portions."""
    for number in range(1, 16):
        sim.parts.api.upload(number, f"{number}.jpg", picture(width=900 + number), user_id=1)
    sim.parts.pixels.troubles = [TryAgain("odd", "it failed")] * 45
    sim.pass_time(timedelta(minutes=40))
    failed = [number for number in range(1, 16) if "failed" in sim.statuses(number)]
    while sim.world.store.heal() == 0:
        sim.parts.clock.advance(60 * SECOND)
    at_once = sum("failed" not in sim.statuses(number) for number in range(1, 16))

    assert list(range(1, 16)) == failed
    assert 10 == at_once


def test_a_cleaned_up_item_was_not_completed(sim: Simulated) -> None:
    """A fresh picture whose steps all succeed sends one complete and nothing else."""
    neighbours(sim, 1)

    run_cycle(sim.world)

    assert [EventKind.COMPLETE] == [event.kind for event in sim.parts.api.sent]
    assert 1 == sim.checklist(1)[Step.UPDATE_CALLBACK].attempts


@pytest.mark.parametrize("sim", ["sqlite", "mariadb"], indirect=True)
def test_a_second_recrop_while_the_first_runs_is_done_too(sim: Simulated, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first worker may not clear a request that came after its claim: the last focal point wins."""
    assert sim.engine is not None
    readings, render = Readings(sim.engine), sim.parts.pixels.render
    neighbours(sim, 1)
    run_cycle(sim.world)
    asked: list[RenderRequest] = []

    def rendering(source: Path, into: Path, request: RenderRequest) -> Rendering:
        asked.append(request)
        if len(asked) == 1:
            readings.refocus(1, FocalPoint(0.9, 0.9))
        return render(source, into, request)

    monkeypatch.setattr(sim.parts.pixels, "render", rendering)
    first = readings.refocus(1, FocalPoint(0.1, 0.1))

    sim.pass_time(HOUR)

    assert RefocusAnswer.ACCEPTED is first
    assert [FocalPoint(0.1, 0.1), FocalPoint(0.9, 0.9)] == [one.focal_point for one in asked]
    assert all(one.only_crops for one in asked)
    shown = readings.look_up(1)
    assert shown is not None
    assert {Size.GRID: 2, Size.THUMBNAIL: 2} == Counter(one.size for one in shown.variants)
    assert [1] == sim.told(EventKind.COMPLETE)
    assert [] == sim.told(EventKind.UPDATE)
    assert sim.checklist(1).redo is None


@pytest.mark.parametrize("sim", ["sqlite", "mariadb"], indirect=True)
def test_a_decoder_that_dies_beside_variants_fails_the_redo_alone(sim: Simulated) -> None:
    """Three deaths over new crops: the picture stays completed and is served as before; no cleanup."""
    assert sim.engine is not None
    neighbours(sim, 1)
    run_cycle(sim.world)
    sim.parts.pixels.troubles = [ChildDied("crashed", "it died", crash_signal=True)] * 3
    Readings(sim.engine).refocus(1, FocalPoint(0.1, 0.1))

    sim.pass_time(DAY)

    checklist = sim.checklist(1)
    assert ["completed", "completed", "failed", "completed"] == sim.statuses(1)
    assert "completed" == checklist.status.value
    assert checklist.last_error is not None and Kind.POISON is checklist.last_error.kind
    assert [] == sim.told(EventKind.CLEANUP)


@pytest.mark.parametrize("sim", ["sqlite", "mariadb"], indirect=True)
def test_an_owners_focal_point_outlives_an_analysis(sim: Simulated) -> None:
    """What comes later from a model never moves it."""
    assert sim.engine is not None
    readings = Readings(sim.engine)
    sim.parts.vision.trouble_measuring = TryAgain("odd", "it failed")
    neighbours(sim, 1)
    run_cycle(sim.world)
    unknown, too_soon = readings.refocus(99, FocalPoint(0, 0)), readings.refocus(1, FocalPoint(0.2, 0.2))
    sim.parts.vision.trouble_measuring = None
    sim.pass_time(HOUR)
    readings.refocus(1, FocalPoint(0.2, 0.2))
    with Session(sim.engine) as session, session.begin():
        session.exec(update(ProcessingChecklist).values(ai_visual_analysis="pending", due_at=sim.parts.clock.now))

    sim.pass_time(HOUR)

    _, body = readings.analysis(1)
    assert (RefocusAnswer.UNKNOWN, RefocusAnswer.NOT_READY) == (unknown, too_soon)
    assert body is not None and {"x": 0.2, "y": 0.2} == body["focal_point"]
