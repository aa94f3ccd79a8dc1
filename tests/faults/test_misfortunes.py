"""Short tastes of `make fault`: each misfortune once or twice; the long run is the scorecard's."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import make_url

from tests.faults.crashes import scene
from tests.faults.ledger_api import ledger_api
from tests.faults.misfortunes import (
    api_outages,
    database_kills,
    disk_fault,
    disk_fault_in_quarantine,
    full_disk,
    misbehaving_api,
    network_faults,
    stale_worker,
)
from tests.faults.tcp_proxy import tcp_proxy
from tests.integration.databases import empty_database
from tests.mariadb import PrivateMariaDB, private_mariadb

ON_BOTH = pytest.mark.parametrize("kind", ["sqlite", "mariadb"])


def test_a_database_that_is_killed_loses_nothing(tmp_path: Path) -> None:
    """kill -9 while rows are written, twice; its start and recovery take most of the time."""
    with private_mariadb(tmp_path / "server") as server:
        server.execute("CREATE DATABASE oaf_media CHARACTER SET utf8mb4")
        with scene(server.url("oaf_media"), tmp_path) as (place, api):
            verdict = database_kills(server, place, api, kills=2, seed=2)

    assert verdict.is_clean, verdict


def test_a_bad_network_to_the_database_loses_nothing(mariadb: PrivateMariaDB, tmp_path: Path) -> None:
    """Cut, reset, stalled, or no answer to COMMIT."""
    mariadb.execute("CREATE DATABASE behind_a_proxy CHARACTER SET utf8mb4")
    with tcp_proxy(("127.0.0.1", mariadb.port)) as proxy:
        url = make_url(mariadb.url("behind_a_proxy")).set(host="127.0.0.1", port=proxy.port, query={})
        with scene(url.render_as_string(hide_password=False), tmp_path) as (place, api):
            verdict = network_faults(proxy, place, api, faults=8, seed=3)

    assert verdict.is_clean, verdict


@ON_BOTH
def test_a_main_api_that_misbehaves_loses_nothing(
    kind: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    """Dropped before and after, 5xx, drips, lies, pages, redirects: and the key is seen nowhere else."""
    with scene(empty_database(kind, request), tmp_path) as (place, api), ledger_api() as elsewhere:
        verdict = misbehaving_api(place, api, elsewhere, faults=30, seed=4)

    assert verdict.is_clean, verdict


@pytest.mark.parametrize("fault", ["500", "html", "404", "drop_after"])
def test_an_outage_of_the_main_api_costs_no_more_than_what_was_in_flight(
    fault: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    """Every call meets it until three attempts would be used up; nobody uses up its attempts."""
    with scene(empty_database("sqlite", request), tmp_path) as (place, api):
        verdict = api_outages(place, api, fault=fault, seconds=2)

    assert verdict.is_clean, verdict


@pytest.mark.parametrize(
    ("point", "kind"),
    [("rendered", "sqlite"), ("sending", "sqlite"), ("published", "mariadb"), ("sent", "mariadb")],
)
def test_a_worker_that_slept_past_its_lease_writes_nothing(
    point: str, kind: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    """SIGSTOP, another finishes, SIGCONT: no row changes, and no callback goes out."""
    with scene(empty_database(kind, request), tmp_path) as (place, api):
        sleeper = stale_worker(point, place, api)

    assert sleeper.slept
    assert sleeper.leases > 0
    assert 0 == sleeper.rows_written
    assert sleeper.verdict.is_clean, sleeper.verdict


@pytest.mark.parametrize("error", ["ENOSPC", "EIO"])
@pytest.mark.parametrize("point", ["downloading", "syncing", "renaming"])
def test_a_disk_that_fails_leaves_nothing_half_written(
    point: str, error: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    """At the second write, once."""
    with scene(empty_database("sqlite", request), tmp_path) as (place, api):
        verdict = disk_fault(point, error, 2, place, api)

    assert verdict.is_clean, verdict


@pytest.mark.parametrize("error", ["ENOSPC", "EIO"])
@pytest.mark.parametrize(("point", "passing"), [("syncing", 2), ("renaming", 3)])
def test_bytes_are_not_condemned_before_they_are_kept(
    point: str, passing: int, error: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    """The copy for quarantine, or the reason beside it, cannot be written at first."""
    with scene(empty_database("sqlite", request), tmp_path) as (place, api):
        verdict = disk_fault_in_quarantine(point, error, passing, place, api)

    assert verdict.is_clean, verdict


def test_a_real_disk_that_is_full_holds_everything_back(tmp_path: Path) -> None:
    """A file system of 160 kB that grows once the workers know that it is full."""
    verdict = full_disk(tmp_path)

    assert verdict.is_clean, verdict
