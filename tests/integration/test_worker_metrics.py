"""What a worker counts, and what it tells of the machine, on real databases."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from prometheus_client import CollectorRegistry, generate_latest
from sqlalchemy import Engine

from media_vm import worker
from media_vm.adapters.counted import CountedLeases, CountedMainAPI, CountedSpending, CountedStore
from media_vm.adapters.database import DatabaseStore
from media_vm.adapters.outages import DatabaseOutages
from media_vm.adapters.transfer import Transfer
from media_vm.adapters.worker_counts import WorkerCounts
from media_vm.build_exporter import build_exporter
from media_vm.errors import DatabaseDown, GiveUp, StepFailed, TryAgain
from media_vm.pipeline import run_cycle
from media_vm.price_file import read_prices
from media_vm.rules.callbacks import Event, EventKind
from media_vm.rules.endpoints import Bind
from media_vm.rules.findings import Call, Provider
from media_vm.rules.policy import Policy
from media_vm.settings import Settings
from media_vm.testing import MemoryParts, memory_parts, picture
from media_vm.values import PendingList
from tests.exposed import value
from tests.integration.databases import migrated_engine, sqlite_engine

POLICY = Policy(confirm=timedelta(0), backoff=timedelta(milliseconds=1), idle=timedelta(0))
AWAY = "http://127.0.0.1:9"
AT_ONCE, LONG = timedelta(0), timedelta(minutes=1)
BAD = (TryAgain("reset", "cut"), GiveUp("corrupt", "no picture"))


@pytest.fixture
def counts() -> WorkerCounts:
    return WorkerCounts()


@pytest.fixture(params=["sqlite", "mariadb"])
def engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    opened = migrated_engine(request.param, request)
    yield opened
    opened.dispose()


@pytest.fixture
def parts(engine: Engine, counts: WorkerCounts) -> MemoryParts:
    """A worker whose pixels are words, and whose database is real and counted."""
    parts = memory_parts(POLICY)
    world = replace(
        parts.world,
        store=CountedStore(engine, POLICY, counts),
        leases=CountedLeases(engine, POLICY, LONG, counts),
        outages=DatabaseOutages(engine, probe=POLICY.backoff),
        policy=POLICY,
    )
    return replace(parts, world=world)


def told(registry: CollectorRegistry) -> str:
    return generate_latest(registry).decode()


def steps(text: str, step: str, result: str, kind: str = "") -> float:
    return value(text, f'media_vm_worker_steps_total{{kind="{kind}",result="{result}",step="{step}"}}')


def test_attempts_are_counted_by_how_they_end(parts: MemoryParts, counts: WorkerCounts) -> None:
    """One that is completed, one that is tried again and fails for good, one whose bytes are of no use."""
    parts.api.upload(1, "a.jpg", picture())
    for number, failure in enumerate(BAD, 2):
        parts.api.upload(number, "a.jpg", failure, user_id=number)
    for _ in range(8):
        run_cycle(parts.world)
    text = told(counts.registry)

    assert [1.0] * 3 == [
        steps(text, step, "completed") for step in ("retrieve_file", "ai_visual_analysis", "resize_optimize")
    ]
    ended = [steps(text, "retrieve_file", result, "transient") for result in ("again", "failed")]
    assert [2, 1] == ended
    assert value(text, 'media_vm_worker_attempts_total{attempt="2",step="retrieve_file"}') >= 1
    assert 1 == value(text, 'media_vm_worker_step_duration_seconds_count{step="resize_optimize"}')
    assert value(text, "media_vm_worker_heartbeat_timestamp_seconds") > 0


def test_a_loop_that_finds_no_database_is_not_silent(
    parts: MemoryParts, counts: WorkerCounts, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It goes round and waits; also with work in hand from before. Nobody is told to restart it."""

    def away(*_: object) -> None:
        raise DatabaseDown("gone")

    monkeypatch.setattr(DatabaseStore, "sign_on", away)
    monkeypatch.setattr(CountedLeases, "release", away)
    world = parts.world
    world.store.remember(PendingList((parts.api.upload(1, "a.jpg", picture()),)), world.store.now())
    claim, beats = world.leases.claim("us"), []
    assert claim is not None
    for held in ([], [claim]):
        world.left_behind[:] = held
        counts._alive_at = 0.0
        worker.cycle(world)
        beats.append(counts._alive_at)

    assert 0.0 not in beats


def test_silent_workers_are_counted(parts: MemoryParts, engine: Engine, counts: WorkerCounts) -> None:
    """Each item that is taken from one, once."""
    world, leases = parts.world, CountedLeases(engine, POLICY, AT_ONCE, counts)
    world.store.remember(PendingList((parts.api.upload(1, "a.jpg", picture()),)), world.store.now())
    leases.claim("one that vanishes")
    freed = [leases.free_expired(1.0), leases.free_expired(1.0)]

    assert ([1, 0], 1) == (freed, value(told(counts.registry), "media_vm_worker_expired_leases_total"))


def test_calls_of_providers_are_counted_with_what_they_cost(engine: Engine, counts: WorkerCounts) -> None:
    """By provider; a price nobody knows is no money, and a count that cannot be is none."""
    purse = CountedSpending(engine, read_prices(), None, "worker-1", counts)
    purse.record(Call(Provider.OPENAI, "m", "vision", 1500, tokens_in=10, tokens_out=4, cost_usd=0.5), 1, "v1")
    purse.record(Call(Provider.OPENAI, "m", "vision", 1500, tokens_in=-3), 1, "v1")
    purse.record(Call(Provider.OPENAI, "m", "vision", 9, reason="busy"), 1, "v1")
    text = told(counts.registry)
    named = 'media_vm_worker_ai_{}{{{}provider="openai"{}}}'

    assert [2, 1] == [
        value(text, named.format("requests_total", f'outcome="{outcome}",', ',task="vision"'))
        for outcome in ("answered", "failed")
    ]
    assert (0.5, 1) == (
        value(text, named.format("cost_usd_total", "", "")),
        value(text, named.format("unpriced_requests_total", "", "")),
    )
    assert [10, 4] == [
        value(text, named.format("tokens_total", f'direction="{way}",', "")) for way in ("in", "out")
    ]
    assert 3 == value(text, named.format("request_duration_seconds_count", "", ""))


def test_what_the_main_api_does_not_hear_is_counted(counts: WorkerCounts, tmp_path: Path) -> None:
    """By the kind of failure, which is raised all the same."""
    api = CountedMainAPI(AWAY, "canary-key", Transfer(1000), timedelta(seconds=1), counts)
    for call in (api.pending, lambda: api.send(Event(EventKind.CLEANUP, 1, "k", None), "r")):
        with pytest.raises(StepFailed):
            call()
    api.close()
    text = told(counts.registry)

    assert 1 == value(text, 'media_vm_worker_polls_total{outcome="outage"}')
    assert 1 == value(text, 'media_vm_worker_callbacks_total{event="cleanup",outcome="outage"}')
    assert "canary" not in text


@pytest.mark.parametrize(
    ("database", "floor", "expected"),
    [
        (None, 0, ""),
        (None, 10**18, "fewer than MEDIA_VM_DISK_FLOOR_BYTES (1000000000000000000): make room"),
        ("mysql+pymysql://canary:canary@127.0.0.1:9/oaf_media", 0, "check DATABASE_URL and that it runs"),
    ],
)
def test_whether_it_is_ready_is_said_with_the_remedy(
    counts: WorkerCounts, tmp_path: Path, database: str | None, floor: int, expected: str
) -> None:
    """200, or 503 with what to do; a database that is away costs what the process itself knows nothing."""
    engine = sqlite_engine(tmp_path)
    changes = {"database_url": database or str(engine.url), "disk_floor_bytes": floor}
    settings = Settings().model_copy(update={"worker_bind": Bind("127.0.0.1", 20_000), **changes})
    with build_exporter(settings, memory_parts().world, counts) as where:
        ready = httpx.get(f"http://{where}/readyz", trust_env=False)
        text = httpx.get(f"http://{where}/metrics", trust_env=False).text
    engine.dispose()

    assert (503 if expected else 200, True) == (ready.status_code, expected in ready.text)
    assert (database is None) == value(text, "media_vm_database_up")
    assert value(text, "process_start_time_seconds") > 0
    assert "canary" not in ready.text + text
