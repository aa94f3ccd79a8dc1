"""Parties that are away for a simulated hour or day: no attempt burnt, no cleanup sent, all delivered after."""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from media_vm.errors import Misconfigured, NotThere, ProviderDown, StepFailed, TryAgain
from media_vm.pipeline import run_cycle
from media_vm.rules.callbacks import Event, EventKind
from media_vm.rules.outages import Party
from media_vm.testing import picture
from media_vm.values import Answer, Download
from tests.faults.simulated import DATABASES, DAY, HOUR, SECOND, Simulated, simulated

ITEMS = range(1, 9)
IN_FLIGHT = 4
GROWTH_BYTES = 4_000_000
PAGE = b"<html><body>back soon</body></html>"
DONE = ["completed"] * 4


@pytest.fixture(params=DATABASES)
def sim(request: pytest.FixtureRequest) -> Iterator[Simulated]:
    with simulated(request.param, request) as one:
        yield one


def upload(sim: Simulated, content: bytes | StepFailed | None = None) -> None:
    """Two pictures of each of four users."""
    for number in ITEMS:
        sim.parts.api.upload(number, f"{number}.jpg", content or picture(width=900 + number), user_id=number % 4)


def everything(sim: Simulated, statuses: list[str]) -> bool:
    return all(sim.statuses(number) == statuses for number in ITEMS)


def by_age(told: list[int]) -> bool:
    """Everything once and the oldest first, behind the one that was the probe."""
    return sorted(told) == list(ITEMS) and told[1:] == sorted(told[1:])


def test_a_main_api_that_is_down_for_a_day_costs_nothing(sim: Simulated) -> None:
    """Known to us, not yet fetched: after a day every picture is delivered, the oldest first."""
    upload(sim)
    pending = sim.parts.api.pending()
    sim.world.store.remember(pending, sim.world.store.now())
    sim.down(ProviderDown("unreachable", "the main API cannot be reached"))
    cycles = sim.pass_time(DAY)
    meanwhile = sim.attempts(1)

    sim.down(None)
    sim.pass_time(HOUR)

    assert [0, 0, 0, 0] == meanwhile
    assert everything(sim, DONE)
    assert all([1, 1, 1, 1] == sim.attempts(number) for number in ITEMS)
    assert by_age(sim.told(EventKind.COMPLETE))
    assert [] == sim.told(EventKind.CLEANUP)
    assert cycles < DAY / timedelta(seconds=10), "no busy loop"


def test_a_long_outage_costs_no_memory(request: pytest.FixtureRequest) -> None:
    """Three further days of it, in this very process: what a day's failed polls leave behind does not add up."""
    with simulated("memory", request) as sim:
        upload(sim)
        sim.world.store.remember(sim.parts.api.pending(), sim.world.store.now())
        # Fresh errors: one that is raised again and again grows by a traceback each time.
        sim.parts.api.pending = _page  # type: ignore[assignment,method-assign]
        sim.parts.api.download = _away  # type: ignore[assignment,method-assign]
        sim.pass_time(DAY)
        gc.collect()
        before = resident_bytes()
        cycles = sim.pass_time(3 * DAY)
        gc.collect()
        growth = resident_bytes() - before

    print(f"resident memory grew by {growth} bytes in {cycles} cycles of an outage")
    assert growth < GROWTH_BYTES


def resident_bytes() -> int:
    """What this process has in memory now."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def test_callbacks_wait_for_a_main_api_that_is_down_for_a_day(sim: Simulated) -> None:
    """Finished but not told: told once each, oldest first, with one attempt."""
    upload(sim)
    sim.parts.api.answers = []
    send, sim.parts.api.send = sim.parts.api.send, _refuse  # type: ignore[assignment,method-assign]
    sim.pass_time(DAY)
    live = [sim.statuses(number)[:3] for number in ITEMS]

    sim.parts.api.send = send  # type: ignore[method-assign]
    sim.pass_time(HOUR)

    assert [DONE[:3]] * len(ITEMS) == live
    assert everything(sim, DONE)
    assert by_age(sim.told(EventKind.COMPLETE))
    assert all([1, 1, 1, 1] == sim.attempts(number) for number in ITEMS)


def _refuse(_: Event, __: str) -> Answer:
    raise ProviderDown("unreachable", "the main API cannot be reached")


def test_a_maintenance_page_is_no_answer(sim: Simulated) -> None:
    """200 with a page for people, instead of every list and temp file, for a day."""
    upload(sim, PAGE)
    sim.world.store.remember(sim.parts.api.pending(), sim.world.store.now())
    listed = sim.parts.api.listed
    sim.parts.api.pending = _page  # type: ignore[assignment,method-assign]
    sim.pass_time(DAY)
    sim.parts.api.temp_files = {one.image_path: picture(width=900 + one.id) for one in listed}
    del sim.parts.api.pending

    sim.pass_time(HOUR)

    assert everything(sim, DONE)
    assert [] == sim.told(EventKind.CLEANUP)
    assert by_age(sim.told(EventKind.COMPLETE))
    assert all([1, 1, 1, 1] == sim.attempts(number) for number in ITEMS)


def _away(_: str, __: Path, ___: str) -> Download:
    raise ProviderDown("unreachable", "the main API cannot be reached")


def _page() -> None:
    raise ProviderDown("not_a_list", "the pending list is not what it should be")


@pytest.mark.parametrize("kind", DATABASES)
def test_an_outage_that_four_walks_meet_at_once_burns_no_more_than_they_hold(
    kind: str, request: pytest.FixtureRequest
) -> None:
    """Two fail alone, and all that are in flight when the third does: each pays once at most, and nobody fails."""
    with simulated(kind, request) as sim:
        sim.world = replace(sim.world, items_in_flight=IN_FLIGHT)
        upload(sim, TryAgain("temp_file_refused", "the temp file answers 500"))
        sim.pass_time(HOUR)
        away = sim.world.outages.of(Party.TEMP_FILES)
        burnt = [sim.attempts(number)[0] for number in ITEMS]
        for number, path in enumerate(sim.parts.api.temp_files, start=1000):  # no two alike
            sim.parts.api.temp_files[path] = picture(width=number)

        sim.pass_time(HOUR)

        assert away is not None
        assert max(burnt) <= 1
        assert sum(burnt) <= 2 + IN_FLIGHT
        assert everything(sim, DONE)
        assert [] == sim.told(EventKind.CLEANUP)
        attempts = [sim.attempts(number) for number in ITEMS]
        assert [] == [one for one in attempts if one not in ([1, 1, 1, 1], [2, 1, 1, 1])]


@pytest.mark.parametrize(
    "trouble",
    [
        NotThere("temp_file_missing", "the temp file answers 404"),
        TryAgain("temp_file_refused", "the temp file answers 500"),
        TryAgain("cut_off", "the exchange broke off"),
    ],
    ids=lambda failure: failure.reason,
)
def test_temp_files_that_fail_alike_are_one_outage(sim: Simulated, trouble: StepFailed) -> None:
    """Polls go well, but every temp file fails for an hour: nobody's attempts are spent but the first two's."""
    upload(sim, trouble)
    sim.pass_time(HOUR)
    away = sim.world.outages.of(Party.TEMP_FILES)
    for number, path in enumerate(sim.parts.api.temp_files, start=1000):
        sim.parts.api.temp_files[path] = picture(width=number)

    sim.pass_time(HOUR)

    assert away is not None
    assert everything(sim, DONE)
    assert [] == sim.told(EventKind.CLEANUP)
    assert all(sim.attempts(number)[0] <= 2 for number in ITEMS)
    assert sim.world.outages.of(Party.TEMP_FILES) is None


def test_the_same_bad_bytes_for_everybody_are_the_servers(sim: Simulated) -> None:
    """A placeholder that is no sound picture comes for every temp file: nobody is condemned by it."""
    upload(sim, picture(width=99_999, height=99_999))
    sim.pass_time(HOUR)
    for number, path in enumerate(sim.parts.api.temp_files, start=1000):
        sim.parts.api.temp_files[path] = picture(width=number)

    sim.pass_time(2 * HOUR)

    assert [] == sim.told(EventKind.CLEANUP)
    assert everything(sim, DONE)


def test_a_key_that_is_refused_pauses_the_main_apis_side(sim: Simulated) -> None:
    """One refused poll every ten minutes and nothing else; with the right key all of it is done."""
    upload(sim)
    sim.world.store.remember(sim.parts.api.pending(), sim.world.store.now())
    calls: list[str] = []

    def refused(*_: object) -> None:
        calls.append("refused")
        raise Misconfigured("key_refused", "the main API answers 401")

    api = sim.parts.api
    kept = api.pending, api.download, api.send
    api.pending, api.download, api.send = refused, refused, refused  # type: ignore[assignment,method-assign]
    sim.pass_time(HOUR)
    api.pending, api.download, api.send = kept  # type: ignore[method-assign]
    sim.pass_time(HOUR)

    assert len(calls) <= 7
    assert everything(sim, DONE)
    assert all([1, 1, 1, 1] == sim.attempts(number) for number in ITEMS)


def test_pictures_live_while_the_analysis_is_away(sim: Simulated) -> None:
    """For an hour the AI provider is down: complete at once, degraded, and an update after."""
    sim.parts.vision.down = ProviderDown("unreachable", "the provider cannot be reached")
    upload(sim)
    run_cycle(sim.world)
    live = sim.told(EventKind.COMPLETE)
    sim.pass_time(HOUR)
    calls = sim.parts.vision.calls
    sim.parts.vision.down = None

    sim.pass_time(HOUR)

    assert list(ITEMS) == live
    assert calls < 40, "one probe at a time"
    assert by_age(sim.told(EventKind.UPDATE))
    assert everything(sim, DONE)
    assert all([1, 1, 1, 1] == sim.attempts(number) for number in ITEMS)


def test_an_ai_key_that_is_wrong_is_tried_once_an_hour(sim: Simulated) -> None:
    """And once it is repaired, every picture's analysis follows as an update."""
    sim.parts.vision.down = Misconfigured("key_refused", "the provider answers 401")
    upload(sim)
    sim.pass_time(6 * HOUR)
    calls, live = sim.parts.vision.calls, sim.told(EventKind.COMPLETE)
    sim.parts.vision.down = None

    sim.pass_time(2 * HOUR)

    assert list(ITEMS) == live
    assert calls <= 8
    assert sorted(ITEMS) == sorted(sim.told(EventKind.UPDATE))
    assert everything(sim, DONE)


def test_below_the_disk_floor_only_news_goes_out(sim: Simulated) -> None:
    """What is finished is told; nothing is fetched until there is room again, and no attempt is spent."""
    sim.parts.api.upload(1, "told.jpg", picture())
    sim.parts.api.answers = [TryAgain("refused", "the main API answers 500")]
    run_cycle(sim.world)
    sim.world = replace(sim.world, disk_floor=1000)
    sim.parts.files.free = 999
    for number in list(ITEMS)[1:]:
        sim.parts.api.upload(number, f"{number}.jpg", picture(width=900 + number), user_id=number % 4)
    sim.pass_time(HOUR)
    told, waiting = sim.told(EventKind.COMPLETE), sim.statuses(2)
    sim.parts.files.free = 10**12

    sim.pass_time(HOUR)

    assert [1] == told
    assert ["pending"] * 4 == waiting
    assert everything(sim, DONE)
    assert all([1, 1, 1, 1] == sim.attempts(number) for number in list(ITEMS)[1:])


def test_one_item_that_fails_alone_is_no_outage(sim: Simulated) -> None:
    """Its own temp file answers 500 for ever: three attempts, failed, its neighbours untouched."""
    upload(sim)
    path = sim.parts.api.listed[0].image_path
    sim.parts.api.temp_files[path] = TryAgain("temp_file_refused", "the temp file answers 500")

    sim.pass_time(600 * SECOND)

    assert "failed" == sim.statuses(1)[0]
    assert all(sim.statuses(number) == DONE for number in list(ITEMS)[1:])
    assert [] == sim.told(EventKind.CLEANUP)
