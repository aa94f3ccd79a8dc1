"""A worker that dies anywhere leaves nothing lost, stuck, told twice or half-written behind."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import update

from media_vm.adapters.tables import ProcessingChecklist
from media_vm.failpoints import POINTS, arm, failpoint, read
from media_vm.rules.orphans import DEATHS_THAT_ALARM
from tests.faults.crashes import CRASH_PATIENCE_SECONDS, LEASES_AT_A_KILL, crash_at, random_kills, scene
from tests.faults.remaking import crash_while_remaking
from tests.faults.sight import BY_BACKOFF, sight_of
from tests.faults.verdict import converged
from tests.faults.waiting import until
from tests.faults.workers import start, stop
from tests.integration.databases import empty_database

SOURCES = Path(__file__).parents[2] / "media_vm"
ON_BOTH = pytest.mark.parametrize("kind", ["sqlite", "mariadb"])


@pytest.mark.parametrize(
    ("point", "kind"), [(point, ("sqlite", "mariadb")[number % 2]) for number, point in enumerate(POINTS)]
)
def test_a_crash_at_every_point_converges(
    point: str, kind: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    """Killed there, taken over by another worker, and in the end as if nothing had happened. `make fault` tries
    each on both databases."""
    with scene(empty_database(kind, request), tmp_path) as (place, api):
        crashed, verdict = crash_at(point, 1, place, api)

    assert crashed
    assert verdict.is_clean, verdict


@pytest.mark.parametrize("passing", [2, 3, 4])
def test_a_crash_at_a_later_record_converges(passing: int, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    """Each further step's outcome, written and not committed; `make fault` tries every other later passing."""
    with scene(empty_database("sqlite", request), tmp_path) as (place, api):
        crashed, verdict = crash_at("recording", passing, place, api)

    assert crashed
    assert verdict.is_clean, verdict


@pytest.mark.parametrize(
    ("point", "kind"),
    [
        ("remaking", "sqlite"),
        ("renamed", "sqlite"),
        ("sent", "sqlite"),
        ("published", "mariadb"),
        ("recording", "mariadb"),
    ],
)
def test_a_crash_while_pictures_are_made_again_converges(
    point: str, kind: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    """No picture is off for a moment, all are remade, and fsck finds nothing; `make fault` tries every point."""
    with scene(empty_database(kind, request), tmp_path, items=2) as (place, api):
        crashed, verdict = crash_while_remaking(point, 1, place, api)

    assert crashed
    assert verdict.is_clean, verdict


@ON_BOTH
def test_random_kills_lose_nothing(kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    """A short taste of `make fault`, which kills hundreds of times."""
    with scene(empty_database(kind, request), tmp_path, polishes=True) as (place, api):
        soak = random_kills(place, api, kills=8, seed=1)

    assert 8 == soak.killed == len(soak.verdict.held)
    assert all(leases >= LEASES_AT_A_KILL for leases in soak.verdict.held)
    assert soak.verdict.is_clean, soak.verdict


def test_what_five_dead_workers_held_waits_for_its_hour(request: pytest.FixtureRequest, tmp_path: Path) -> None:
    """And is completed then; `make fault` lets that hour pass, and says of how many."""
    with scene(empty_database("sqlite", request), tmp_path, items=1) as (place, api):
        fifth = start(place, "claimed=kill")
        fifth.join(CRASH_PATIENCE_SECONDS)
        with sight_of(place.database) as sight, sight.engine.begin() as connection:
            connection.execute(update(ProcessingChecklist).values(worker_deaths=DEATHS_THAT_ALARM - 1))
        verdict = converged(place, api)

    assert (1, 1) == (verdict.put_off, verdict.vanished)
    assert verdict.is_clean, verdict


def test_news_that_nobody_answered_waits_for_its_hour(request: pytest.FixtureRequest, tmp_path: Path) -> None:
    """The same for an event that met a 500 three times; alone, so that it is no outage."""
    with scene(empty_database("sqlite", request), tmp_path, items=1) as (place, api):
        api.fault = lambda kind: "500" if kind == "complete" else None
        worker = start(place)
        has_tried = until(lambda: BY_BACKOFF == api.calls["complete"])
        stop(worker)
        api.fault = lambda _: None
        verdict = converged(place, api, may_burn=BY_BACKOFF)

    assert has_tried
    assert (1, 1) == (verdict.put_off, len(api.ledger))
    assert verdict.is_clean, verdict


def test_every_point_stands_in_the_code_once() -> None:
    """A name that no code passes would be tested by nothing."""
    code = "".join(path.read_text() for path in SOURCES.rglob("*.py"))
    placed = re.findall(r'failpoint\("(\w+)"\)', code)

    assert sorted(POINTS) == sorted(placed)


@pytest.mark.parametrize("text", ["nowhere=kill", "claimed=explode", "claimed", "claimed=kill@x"])
def test_what_is_not_understood_is_refused(text: str) -> None:
    """A typo must not look like a crash that was survived."""
    with pytest.raises(ValueError, match="not understood"):
        read(text)


def test_a_point_counts_its_passes() -> None:
    """`@2` is the second passing, and only that."""
    arm("renaming=ENOSPC@2")
    passes: list[str] = []
    attempt: Callable[[], None] = lambda: failpoint("renaming")  # noqa: E731 - the very call of the code
    for _ in range(3):
        try:
            attempt()
            passes.append("passed")
        except OSError as error:
            passes.append(str(error.strerror))
    arm("")

    assert ["passed", "No space left on device", "passed"] == passes
