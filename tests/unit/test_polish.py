"""Polish: pictures in fewer bytes while nothing else is to be done, and never at a picture's cost."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from media_vm.errors import ChildDied, GiveUp, NoRoom, ProviderDown, StepFailed, TooSlow
from media_vm.pipeline import run_cycle
from media_vm.rules.callbacks import EventKind
from media_vm.rules.checklist import Checklist, Redo, Step, StepStatus
from media_vm.rules.failures import Kind
from media_vm.rules.features import Feature, may_polish
from media_vm.rules.outages import Outage, Party
from media_vm.rules.outcomes import failed
from media_vm.rules.pictures import DataType, MediaStatus
from media_vm.rules.polish import is_worth_it
from media_vm.rules.progress import status_body
from media_vm.testing import MemoryParts, memory_parts, picture
from tests.checklists import BYTES, death, given, running


@pytest.fixture
def parts() -> MemoryParts:
    parts = memory_parts()
    return replace(parts, world=replace(parts.world, polishes=True))


def upload(parts: MemoryParts, *numbers: int) -> None:
    for number in numbers:
        parts.api.upload(number, f"{number}.jpg", picture(width=900 + number))


def checklist(parts: MemoryParts, media_id: int = 1) -> Checklist:
    return parts.database.rows[media_id].checklist()


def published(parts: MemoryParts, media_id: int = 1) -> set[bool]:
    """Is what is served polished?"""
    kept = parts.database.rows[media_id].variants.kept
    return {b"polished" in parts.files.disk[parts.files.folder("") / one.path] for one in kept}


@pytest.mark.parametrize(("after", "expected"), [(95, True), (96, False), (100, False), (101, False), (0, True)])
def test_five_percent_is_the_least_that_is_worth_it(after: int, expected: bool) -> None:
    """Of 100 bytes."""
    assert expected is is_worth_it(100, after)


@pytest.mark.parametrize(
    ("features", "cpu_slots", "expected"),
    [([*Feature], 2, True), ([Feature.POLISH], 16, True), ([*Feature], 1, False), ([], 2, False)],
)
def test_polish_leaves_a_slot_for_uploads(features: list[Feature], cpu_slots: int, expected: bool) -> None:
    """An upload that had to wait for the only one would not be seen for half a minute."""
    assert expected is may_polish(features, cpu_slots)


def test_pictures_are_polished_when_nothing_else_is_to_be_done(parts: MemoryParts) -> None:
    """All of them, after all were told; and the main API hears nothing of it."""
    upload(parts, 1, 2, 3)
    run_cycle(parts.world)

    assert {1: {True}, 2: {True}, 3: {True}} == {number: published(parts, number) for number in (1, 2, 3)}
    assert [EventKind.COMPLETE] * 3 == [event.kind for event in parts.api.sent]
    assert not any(checklist(parts, number).awaits_polish for number in (1, 2, 3))
    assert [None, None] == [checklist(parts).redo, checklist(parts).remakes]
    order = [outcome.step for _, outcome in parts.database.rows[3].history]
    assert order.index(Step.UPDATE_CALLBACK) < len(order) - 1 and order[-1] is Step.RESIZE_OPTIMIZE


def test_polish_is_done_once(parts: MemoryParts) -> None:
    """The next cycle finds nothing to do, and the worker rests."""
    upload(parts, 1)
    run_cycle(parts.world)
    lines = len(parts.database.rows[1].history)

    rest = run_cycle(parts.world)

    assert lines == len(parts.database.rows[1].history)
    assert parts.world.policy.idle == rest


def test_without_polish_a_picture_waits_for_it(parts: MemoryParts) -> None:
    """Switched on later, it is made up for."""
    upload(parts, 1)
    run_cycle(replace(parts.world, polishes=False))
    before = published(parts), checklist(parts).awaits_polish

    run_cycle(parts.world)

    assert ({False}, True) == before
    assert {True} == published(parts)


def test_a_logo_is_not_polished(parts: MemoryParts) -> None:
    """It was not made in a hurry."""
    parts.api.upload(1, "logo.jpg", picture(), kind=DataType.LOGO)
    run_cycle(parts.world)

    assert not checklist(parts).awaits_polish
    assert 1 == sum(one.step is Step.RESIZE_OPTIMIZE for _, one in parts.database.rows[1].history)


def test_nothing_is_polished_while_a_party_is_away(parts: MemoryParts) -> None:
    """What would be asked for might have to wait as well, one after the other."""
    upload(parts, 1)
    run_cycle(replace(parts.world, polishes=False))
    now = parts.world.store.now()
    later = now + timedelta(hours=1)
    parts.world.outages.note(Outage(Party.CALLBACKS, now, later, Kind.OUTAGE, "unreachable", None))

    run_cycle(parts.world)

    assert {False} == published(parts)


def test_nothing_is_polished_by_a_worker_that_is_to_stop(parts: MemoryParts) -> None:
    """It would be let go of at once."""
    upload(parts, 1)
    run_cycle(replace(parts.world, polishes=False))
    parts.world.stopping.set()

    run_cycle(parts.world)

    assert checklist(parts).redo is None


@pytest.mark.parametrize(
    "trouble",
    [
        TooSlow("too_slow", "it took too long"),
        ChildDied("crashed", "the child died by a signal", crash_signal=True),
        GiveUp("corrupt", "the data is damaged"),
        NoRoom("encoder_failed", "an encoder failed"),
    ],
    ids=lambda trouble: type(trouble).__name__,
)
def test_a_polish_that_fails_costs_nothing(parts: MemoryParts, trouble: StepFailed) -> None:
    """Tried once, in the history, and over: live, unblamed, not quarantined, and the main API told nothing."""
    upload(parts, 1)
    run_cycle(replace(parts.world, polishes=False))
    parts.pixels.troubles.append(trouble)

    run_cycle(parts.world)
    parts.clock.advance(timedelta(days=2))
    run_cycle(parts.world)

    after = checklist(parts)
    assert [StepStatus.COMPLETED] * 4 == [after[step].status for step in Step]
    assert (MediaStatus.COMPLETED, 0, None, None, False) == (
        after.status,
        after.deaths,
        after.last_error,
        after.heal_at,
        after.awaits_polish,
    )
    assert {False} == published(parts)
    assert [EventKind.COMPLETE] == [event.kind for event in parts.api.sent]
    failures = [outcome.failure for _, outcome in parts.database.rows[1].history if outcome.failure]
    assert [trouble.reason] == [failure.reason for failure in failures]


@pytest.mark.parametrize("crash", [True, False], ids=["by a crash", "at its time limit"])
def test_a_polish_whose_child_dies_counts_no_death(crash: bool) -> None:
    """Cores that were busy for long may end it; even of a picture that died twice before nothing is condemned."""
    before = replace(
        running(Step.RESIZE_OPTIMIZE), has_variants=True, awaits_polish=True, remakes=Redo.POLISH, deaths=2
    )

    setback = failed(before, Step.RESIZE_OPTIMIZE, death(BYTES, crash=crash), given())

    after = setback.checklist
    assert (2, 0, None, None) == (after.deaths, after.crash_deaths, after.suspect, after.last_error)
    assert (StepStatus.COMPLETED, False, None) == (
        after[Step.RESIZE_OPTIMIZE].status,
        after.awaits_polish,
        after.remakes,
    )
    assert (False, False) == (setback.quarantine, setback.cleanup)


def test_crops_that_are_asked_for_are_polished_again(parts: MemoryParts) -> None:
    """What is made in a hurry later waits for its polish as the first did."""
    upload(parts, 1)
    run_cycle(parts.world)
    row = parts.database.rows[1]
    asked = replace(row.media.checklist, redo=Redo.CROPS, redo_counter=9)
    row.media, row.due_at = replace(row.media, checklist=asked), parts.clock.now

    run_cycle(replace(parts.world, polishes=False))

    assert checklist(parts).awaits_polish


def test_a_polish_that_an_outage_holds_up_comes_after_it(parts: MemoryParts) -> None:
    """A full disk is nobody's fault: asked for still, and done once there is room."""
    upload(parts, 1)
    run_cycle(replace(parts.world, polishes=False))
    parts.pixels.troubles.append(ProviderDown("storage_full", "there is no room for a variant"))
    run_cycle(parts.world)
    meanwhile = published(parts), checklist(parts).awaits_polish

    parts.clock.advance(timedelta(hours=1))
    run_cycle(parts.world)

    assert ({False}, True) == meanwhile
    assert ({True}, False) == (published(parts), checklist(parts).awaits_polish)


def test_a_polish_is_put_off_where_it_is_switched_off(parts: MemoryParts) -> None:
    """Asked for by another worker: given back untouched, for whoever may do it."""
    upload(parts, 1)
    hasty = replace(parts.world, polishes=False)
    run_cycle(hasty)
    parts.database.polish_next()
    run_cycle(hasty)

    after = checklist(parts)
    assert ({False}, True, None, None) == (published(parts), after.awaits_polish, after.redo, after.remakes)
    assert [StepStatus.COMPLETED] * 4 == [after[step].status for step in Step]
    run_cycle(parts.world)
    assert {True} == published(parts)


def test_a_picture_that_is_polished_is_shown_as_finished(parts: MemoryParts) -> None:
    """Whoever waits for 100 % sees it stay there; one whose crops are made again is under way."""
    upload(parts, 1)
    run_cycle(replace(parts.world, polishes=False))
    resting = checklist(parts)
    under_way = replace(
        resting.with_entry(Step.RESIZE_OPTIMIZE, StepStatus.PENDING, attempts=1), running=Step.RESIZE_OPTIMIZE
    )

    shown = {part: status_body(1, 1, replace(under_way, remakes=part), None) for part in (Redo.POLISH, Redo.CROPS)}

    assert (100, None, "completed") == told(shown[Redo.POLISH])
    assert (75, "resize_optimize", "pending") == told(shown[Redo.CROPS])


def told(body: dict[str, Any]) -> tuple[int, str | None, str]:
    return body["progress"], body["current_step"], body["steps"]["resize_optimize"]["status"]
