"""Every kind of failure (contract §5.3) by real HTTP, real files and a real database: the state that it ends in,
the calls that follow, and two neighbours who notice nothing."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import Session, col, select

from media_vm.adapters.rows import checklist_of
from media_vm.adapters.tables import ProcessingChecklist
from media_vm.errors import ChildDied, NoRoom, StepFailed
from media_vm.pipeline import run_cycle
from media_vm.poll import remember_pending
from media_vm.ports import World
from media_vm.rules.checklist import Checklist, Step
from media_vm.rules.failures import Kind
from media_vm.testing import MemoryPixels, picture
from tests.faults.crashes import scene
from tests.faults.ledger_api import LedgerAPI
from tests.faults.sight import NOT_AT_REST, QUARANTINED, sight_of
from tests.faults.workers import Place, world_of
from tests.integration.databases import empty_database

OURS = 9
SHORT = timedelta(milliseconds=300)
PENDING, DONE, FAILED = "pending", "completed", "failed"


@dataclass(frozen=True, slots=True)
class Case:
    """One kind. statuses: of the four steps in the end. looks: how often the temp file was asked for; None: more
    than twice. attempts: of the step that failed. told: every event about it."""

    kind: Kind
    provoke: Callable[[LedgerAPI, World], None]
    step: Step
    statuses: tuple[str, str, str, str]
    attempts: int
    looks: int | None
    told: tuple[str, ...]
    quarantined: int = 0


def unusable(api: LedgerAPI, _: World) -> None:
    api.upload(OURS, picture(flaw="corrupt"), user_id=OURS)


def gone(api: LedgerAPI, _: World) -> None:
    api.upload(OURS, picture(), user_id=OURS)
    api.temp_faults[OURS] = "404"


def refused(api: LedgerAPI, _: World) -> None:
    api.upload(OURS, picture(), user_id=OURS)
    api.temp_faults[OURS] = "500"


def dripping(api: LedgerAPI, _: World) -> None:
    api.upload(OURS, picture(), user_id=OURS)
    api.temp_faults[OURS] = "drip"


def troubled(error: StepFailed) -> Callable[[LedgerAPI, World], None]:
    """Its rendering ends so, every time."""

    def provoke(api: LedgerAPI, world: World) -> None:
        api.upload(OURS, picture(width=4321), user_id=OURS)
        pixels = world.pixels
        assert isinstance(pixels, MemoryPixels)
        plain = pixels.render

        def render(source: Path, *rest: object) -> object:
            if b"4321" in source.read_bytes():
                raise error.with_traceback(None)
            return plain(source, *rest)  # type: ignore[arg-type]

        pixels.render = render  # type: ignore[assignment,method-assign]

    return provoke


NO_ROOM = NoRoom("encoder_failed", "the encoder failed on a sound picture")
DEATH = ChildDied("killed_by_SIGSEGV", "the child died by a signal", crash_signal=True)
RETRIEVE, RESIZE = Step.RETRIEVE_FILE, Step.RESIZE_OPTIMIZE
CASES = (
    Case(Kind.PERMANENT, unusable, RETRIEVE, (FAILED, DONE, PENDING, DONE), 0, 2, ("cleanup",), quarantined=1),
    Case(Kind.ABSENT, gone, RETRIEVE, (FAILED, PENDING, PENDING, DONE), 0, None, ("cleanup",)),
    Case(Kind.TRANSIENT, refused, RETRIEVE, (FAILED, PENDING, PENDING, PENDING), 3, 3, ()),
    Case(Kind.TIMEOUT, dripping, RETRIEVE, (FAILED, PENDING, PENDING, PENDING), 3, 3, ()),
    Case(Kind.LOCAL_RESOURCE, troubled(NO_ROOM), RESIZE, (DONE, DONE, FAILED, PENDING), 3, 1, ()),
    Case(Kind.POISON, troubled(DEATH), RETRIEVE, (FAILED, DONE, PENDING, DONE), 0, 2, ("cleanup",), 1),
)


@contextmanager
def alone(request: pytest.FixtureRequest, folder: Path) -> Iterator[tuple[World, LedgerAPI, Place]]:
    """A worker's world with a main API where two sound pictures wait."""
    with scene(empty_database("sqlite", request), folder, items=2) as (place, api):
        place = replace(place, patience=SHORT)
        with world_of(place) as world:
            yield world, api, place


def live(world: World, until: Callable[[], bool], seconds: float = 15) -> None:
    """Cycle and rest as a worker does."""
    ends = time.monotonic() + seconds
    while not until():
        assert time.monotonic() < ends, "it took too long"
        time.sleep(min(run_cycle(world).total_seconds(), 0.05))


def checklist(place: Place, pending_id: int) -> Checklist:
    """As the database has it."""
    with sight_of(place.database) as sight, Session(sight.engine) as session:
        row = ProcessingChecklist
        whose = col(row.media_id) == pending_id
        return checklist_of(session.exec(select(row).where(whose)).one(), None)


def is_at_rest(place: Place) -> bool:
    """Does nothing fall due any more?"""
    with sight_of(place.database) as sight:
        return sight.is_free() and not sight.count(NOT_AT_REST)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.kind.value)
def test_a_kind_of_failure_has_its_own_end(case: Case, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    """Nobody else pays for it."""
    with alone(request, tmp_path) as (world, api, place):
        case.provoke(api, world)
        live(world, lambda: set(api.unfinished()) <= {OURS} and is_at_rest(place))
        ours = checklist(place, 3)

        assert case.statuses == tuple(ours[step].status.value for step in Step)
        assert case.kind is (ours.last_error and ours.last_error.kind)
        assert case.attempts == ours[case.step].attempts
        assert api.looks[OURS] == case.looks if case.looks else api.looks[OURS] > 2
        assert case.told == tuple(entry.what for entry in api.ledger if entry.pending_id == OURS)
        assert [[DONE] * 4] * 2 == [[checklist(place, one)[step].status.value for step in Step] for one in (1, 2)]
        with sight_of(place.database) as sight:
            assert case.quarantined == sight.count(QUARANTINED)


@pytest.mark.parametrize(
    ("kind", "fault", "calls", "meanwhile"),
    [
        (Kind.OUTAGE, "503", ("poll", "temp", "complete"), [0, 0, 0, 0]),
        (Kind.MISCONFIGURED, "401", ("complete",), [1, 1, 1, 0]),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_party_that_is_away_costs_no_attempt(
    kind: Kind,
    fault: str,
    calls: tuple[str, ...],
    meanwhile: list[int],
    request: pytest.FixtureRequest,
    tmp_path: Path,
) -> None:
    """All wait, one call now and then asks again, and all are told of when it is back."""
    with alone(request, tmp_path) as (world, api, place):
        remember_pending(world)
        api.fault = lambda call: fault if call in calls else None
        begins = time.monotonic()
        live(world, lambda: time.monotonic() - begins > 1)
        asked = api.calls["complete"]
        kinds = {one.kind for one in world.outages.open()}
        burnt = [[checklist(place, one)[step].attempts for step in Step] for one in (1, 2)]
        api.fault = lambda _: None
        live(world, lambda: not api.unfinished() and is_at_rest(place))

        assert {kind} == kinds
        assert [meanwhile] * 2 == burnt
        assert asked <= 2 + 1 / world.policy.idle.total_seconds()
        assert [[1, 1, 1, 1]] * 2 == [[checklist(place, one)[step].attempts for step in Step] for one in (1, 2)]
        assert ["complete"] * 2 == [entry.what for entry in api.ledger]
