"""Items with troubles of their own hold nobody else up, and prove nothing against anybody else."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from media_vm.adapters.readings import Readings
from media_vm.errors import ChildDied, GiveUp, Misconfigured, NoRoom, NotThere, ProviderDown, StepFailed, TryAgain
from media_vm.pipeline import run_cycle
from media_vm.rules.callbacks import Event, EventKind
from media_vm.rules.outages import STORAGE_GONE, Party
from media_vm.rules.pictures import FocalPoint
from media_vm.testing import picture
from media_vm.values import Answer, Rendering, RenderRequest
from tests.faults.simulated import DATABASES, DAY, HOUR, MINUTE, SECOND, Simulated, simulated

BAD, GOOD = range(1, 4), range(4, 12)
DONE = ["completed"] * 4
NEVER = TryAgain("refused", "it answers 500")


@pytest.fixture(params=DATABASES)
def sim(request: pytest.FixtureRequest) -> Iterator[Simulated]:
    with simulated(request.param, request) as one:
        yield one


def upload(sim: Simulated, numbers: range, content: bytes | StepFailed | None = None) -> None:
    for number in numbers:
        sim.parts.api.upload(number, f"{number}.jpg", content or picture(width=900 + number), user_id=number)


@pytest.mark.parametrize("trouble", [NotThere("temp_file_missing", "404"), TryAgain("temp_file_refused", "500")])
def test_three_temp_files_that_never_come_stop_no_other(sim: Simulated, trouble: StepFailed) -> None:
    """They look like an outage until another one's bytes come; then they are on their own."""
    upload(sim, BAD, trouble)
    sim.pass_time(HOUR)
    upload(sim, GOOD)
    sim.pass_time(HOUR)

    assert [DONE] * len(GOOD) == [sim.statuses(number) for number in GOOD]
    assert sim.world.outages.of(Party.TEMP_FILES) is None


@pytest.mark.parametrize("refusal", [NEVER, Misconfigured("key_refused", "403")], ids=lambda one: one.reason)
def test_three_events_that_are_refused_stop_no_other(sim: Simulated, refusal: StepFailed) -> None:
    """All others are told within two hours, and theirs are insisted on as events of their own."""
    send = sim.parts.api.send

    def refusing(event: Event, request_id: str) -> Answer:
        if event.pending_id in BAD:
            raise refusal
        return send(event, request_id)

    sim.parts.api.send = refusing  # type: ignore[method-assign]
    upload(sim, BAD)
    upload(sim, GOOD)
    sim.pass_time(2 * HOUR)

    assert list(GOOD) == sorted(sim.told(EventKind.COMPLETE))
    assert sim.world.outages.of(Party.CALLBACKS) is None
    assert all(sim.attempts(number)[3] > 0 for number in BAD), "its own trouble, so its own attempts"


@pytest.mark.parametrize("sim", ["sqlite", "mariadb"], indirect=True)
def test_a_recrop_that_fails_is_over_after_three_attempts(sim: Simulated) -> None:
    """The picture stays as it was."""
    assert sim.engine is not None
    upload(sim, range(1, 2))
    run_cycle(sim.world)
    tries: list[RenderRequest] = []

    def render(source: Path, into: Path, request: RenderRequest) -> Rendering:
        tries.append(request)
        raise TryAgain("odd", "it failed")

    sim.parts.pixels.render = render  # type: ignore[method-assign]
    Readings(sim.engine).refocus(1, FocalPoint(0.1, 0.1))
    sim.pass_time(6 * HOUR)

    assert 3 == len(tries)
    assert all(one.only_crops for one in tries)
    assert ["completed", "completed", "failed", "completed"] == sim.statuses(1)
    assert "completed" == sim.checklist(1).status.value


def test_nothing_is_cleaned_up_while_the_poll_fails(sim: Simulated) -> None:
    """Whatever stands in for the main API may stand in for its files too."""
    upload(sim, range(1, 3), picture(width=99_999, height=99_999))
    sim.world.store.remember(sim.parts.api.pending(), sim.world.store.now())
    del_pending = sim.parts.api.pending
    sim.parts.api.pending = _away  # type: ignore[assignment,method-assign]
    sim.pass_time(HOUR)
    meanwhile = sim.told(EventKind.CLEANUP)
    sim.parts.api.pending = del_pending  # type: ignore[method-assign]
    sim.pass_time(2 * HOUR)

    assert [] == meanwhile
    assert [1, 2] == sorted(sim.told(EventKind.CLEANUP))


def _away() -> None:
    raise ProviderDown("unreachable", "the main API cannot be reached")


@pytest.mark.parametrize("sim", ["sqlite", "mariadb"], indirect=True)
def test_what_was_put_aside_and_is_still_bad_fails_soon(sim: Simulated) -> None:
    """A retry of a cleaned-up item: one look for other bytes, no second cleanup, no withdrawal."""
    assert sim.engine is not None
    upload(sim, range(1, 2), picture(width=99_999, height=99_999))
    upload(sim, range(2, 3))
    sim.pass_time(HOUR)
    sim.parts.api.temp_files.clear()
    Readings(sim.engine).retry(1)
    sim.pass_time(3 * MINUTE)

    checklist = sim.checklist(sim.media_id(1))
    assert "failed" == checklist.status.value
    assert checklist.last_error is not None and "permanent" == checklist.last_error.kind.value
    assert [1] == sim.told(EventKind.CLEANUP)


@pytest.mark.parametrize("sim", ["sqlite", "mariadb"], indirect=True)
def test_what_was_put_aside_and_is_sound_now_proves_no_arrival(sim: Simulated) -> None:
    """A neighbour that is absent needs the bytes of others to have come from the main API."""
    assert sim.engine is not None
    upload(sim, range(1, 2), picture(width=99_999, height=99_999))
    sim.pass_time(HOUR)
    upload(sim, range(2, 3), NotThere("temp_file_missing", "404"))
    sim.pass_time(DAY + HOUR)
    kept = sim.world.files.quarantined(sim.media_id(1))
    assert kept is not None
    sim.parts.files.disk[kept] = picture(width=901)
    Readings(sim.engine).retry(1)
    sim.pass_time(2 * HOUR)

    assert "completed" == sim.checklist(sim.media_id(1)).status.value
    assert "pending" == sim.statuses(2)[0]


def test_deaths_that_a_stopping_worker_sees_do_not_count(sim: Simulated) -> None:
    """Whoever stops it may have killed its children too."""
    upload(sim, range(1, 2))

    def render(*_: object) -> Rendering:
        sim.world.stopping.set()
        raise ChildDied("killed", "it was killed", crash_signal=False)

    sound, sim.parts.pixels.render = sim.parts.pixels.render, render  # type: ignore[assignment,method-assign]
    for _ in range(3):
        run_cycle(sim.world)
        sim.world.stopping.clear()
        sim.parts.clock.advance(SECOND)
    deaths = sim.checklist().deaths
    sim.parts.pixels.render = sound  # type: ignore[method-assign]
    sim.pass_time(MINUTE)

    assert 0 == deaths
    assert DONE == sim.statuses(1)
    assert [1, 1, 1, 1] == sim.attempts(1)


@pytest.mark.parametrize("trouble", [NoRoom("storage_full", "no answer"), ProviderDown(STORAGE_GONE, "not ours")])
def test_a_storage_that_cannot_be_asked_is_an_outage(sim: Simulated, trouble: StepFailed) -> None:
    """The worker lives on and says so; all is done once it is back."""

    def refuse() -> int:
        raise trouble

    upload(sim, GOOD)
    ask, sim.parts.files.free_bytes = sim.parts.files.free_bytes, refuse  # type: ignore[method-assign]
    sim.pass_time(HOUR)
    away = sim.world.outages.of(Party.DISK)
    sim.parts.files.free_bytes = ask  # type: ignore[method-assign]
    sim.pass_time(HOUR)

    assert away is not None
    assert [DONE] * len(GOOD) == [sim.statuses(number) for number in GOOD]
    assert all([1, 1, 1, 1] == sim.attempts(number) for number in GOOD)


def test_a_wake_call_ends_the_wait_for_a_main_api(sim: Simulated) -> None:
    """Who calls is there."""
    sim.down(ProviderDown("unreachable", "the main API cannot be reached"))
    sim.pass_time(DAY / 24)
    sim.down(None)
    upload(sim, range(1, 2))
    sim.parts.clock.advance(SECOND)
    sim.world.store.mark("wake")
    run_cycle(sim.world)

    assert DONE == sim.statuses(1)


def test_what_broke_a_walk_comes_back(sim: Simulated) -> None:
    """A bug of ours costs no worker's death: its lease is let go."""
    upload(sim, range(1, 2))
    incoming, sim.parts.files.incoming = sim.parts.files.incoming, _broken  # type: ignore[assignment,method-assign]
    run_cycle(sim.world)
    sim.parts.files.incoming = incoming  # type: ignore[method-assign]
    sim.pass_time(HOUR)

    assert DONE == sim.statuses(1)
    assert 0 == sim.checklist().worker_deaths


def _broken(_: str) -> Path:
    raise RuntimeError("a bug")


def test_the_same_bad_bytes_are_still_refused(sim: Simulated) -> None:
    """With nothing away, two looks are the proof as ever."""
    upload(sim, range(1, 2), picture(flaw="truncated"))
    sim.parts.pixels.troubles = [GiveUp("truncated", "cut short")] * 2
    sim.pass_time(HOUR)

    assert [1] == sim.told(EventKind.CLEANUP)
