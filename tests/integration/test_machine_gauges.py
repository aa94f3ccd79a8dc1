"""What a worker tells of all the machine, on real databases."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from unittest.mock import Mock

import pytest
from prometheus_client import CollectorRegistry, generate_latest
from sqlalchemy import Engine
from sqlmodel import Session

from media_vm.adapters.backup import back_up
from media_vm.adapters.backup_folder import dumps_in
from media_vm.adapters.database import DatabaseStore
from media_vm.adapters.engine import open_engine
from media_vm.adapters.leases import DatabaseLeases
from media_vm.adapters.machine_gauges import Machine, MachineGauges, look_at
from media_vm.adapters.outages import DatabaseOutages
from media_vm.adapters.recently import Recently
from media_vm.adapters.reprocess_table import MediaReprocess
from media_vm.adapters.storage_figures import PARTS
from media_vm.adapters.storage_marks import mark_storage
from media_vm.ports import World
from media_vm.rules.failures import Kind
from media_vm.rules.outages import Outage, Party
from media_vm.rules.policy import Policy
from media_vm.rules.reprocessing import RequestState
from media_vm.testing import EPOCH, memory_parts, picture
from media_vm.values import PendingList
from tests.exposed import value
from tests.integration.databases import migrated_engine
from tests.integration.storages import storage_of

POLICY = Policy()
AT_ONCE, LONG = timedelta(0), timedelta(minutes=1)


@pytest.fixture(params=["sqlite", "mariadb"])
def engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    opened = migrated_engine(request.param, request)
    yield opened
    opened.dispose()


@pytest.fixture
def world(engine: Engine) -> World:
    """Of memory, but for its database."""
    return replace(
        memory_parts().world,
        store=DatabaseStore(engine, POLICY),
        leases=DatabaseLeases(engine, POLICY, LONG),
        outages=DatabaseOutages(engine, probe=POLICY.backoff),
    )


def remember(world: World, number: int) -> None:
    """So many media, with ids from 1 on."""
    api = memory_parts().api
    images = tuple(api.upload(one, "a.jpg", picture()) for one in range(1, number + 1))
    world.store.remember(PendingList(images), world.store.now())


def gauges(engine: Engine) -> str:
    """What would be told of the machine now."""
    machine = Machine(engine, AT_ONCE, 2_500_000, lambda: 5, 7)
    registry = CollectorRegistry()
    registry.register(MachineGauges(machine, Recently(lambda: look_at(machine), LONG, LONG)))
    return generate_latest(registry).decode()


def test_the_machine_is_told_of(world: World, engine: Engine) -> None:
    """The queue, who is away and since when, the day's money, the disk."""
    remember(world, 3)
    world.leases.claim("somebody")
    world.store.sign_on("somebody")
    world.outages.note(Outage(Party.CALLBACKS, EPOCH, EPOCH, Kind.MISCONFIGURED, "refused"))
    text = gauges(engine)
    expected = {
        'media_vm_queue_items{state="due"}': 2,
        'media_vm_queue_items{state="in_hand"}': 1,
        'media_vm_media{status="downloading"}': 3,
        "media_vm_stuck_items": 3,
        "media_vm_workers_alive": 1,
        'media_vm_outage{kind="misconfigured",party="callbacks"}': 1,
        'media_vm_outage{kind="outage",party="callbacks"}': 0,
        "media_vm_ai_daily_cap_usd": 2.5,
        "media_vm_storage_free_bytes": 5,
        "media_vm_storage_floor_bytes": 7,
        "media_vm_database_up": 1,
    }

    assert expected == {series: value(text, series) for series in expected}
    assert value(text, 'media_vm_outage_age_seconds{party="callbacks"}') > 86_400
    assert value(text, "media_vm_queue_overdue_seconds") > 0


def test_what_is_to_be_made_again_is_told(world: World, engine: Engine) -> None:
    """By how far it is; of those that wait the next in line counts, of those under way the first."""
    remember(world, 4)
    now = world.store.now()
    states = (RequestState.WAITING, RequestState.WAITING, RequestState.BEGUN, RequestState.BEGUN)
    with Session(engine) as session, session.begin():
        for media_id, state in enumerate(states, 1):
            asked, begun = now - timedelta(hours=9 * media_id), now - timedelta(hours=media_id)
            row = MediaReprocess(media_id=media_id, state=state, steps="resize_optimize", asked_at=asked)
            row.begun_at = begun if state is RequestState.BEGUN else None
            session.add(row)
    text = gauges(engine)
    numbers, ages = "media_vm_reprocess_requests", "media_vm_reprocess_oldest_age_seconds"

    assert [2, 2, 0] == [value(text, f'{numbers}{{state="{state}"}}') for state in ("waiting", "begun", "done")]
    hours = [value(text, f'{ages}{{state="{state}"}}') / 3600 for state in ("waiting", "begun")]
    assert [9, 4] == [round(one, 1) for one in hours]


def test_what_is_stored_is_told_as_it_was_measured(engine: Engine, tmp_path: Path) -> None:
    """And when that was; a scrape measures nothing. Of what never happened the time is 0."""
    before = gauges(engine)
    (tmp_path / "quarantine").mkdir()
    (tmp_path / "quarantine" / "9.bin").write_bytes(b"put aside")
    mark_storage(engine, tmp_path)
    (tmp_path / "quarantine" / "10.bin").write_bytes(b"put aside later")
    text, when = gauges(engine), "media_vm_storage_measured_timestamp_seconds"
    labels = '{area="quarantine",data_type="",format=""}'

    assert (0, 0) == (value(before, when), value(before, "media_vm_backup_timestamp_seconds"))
    assert "media_vm_storage_bytes{" not in before
    assert [1, 9] == [value(text, f"media_vm_storage_{one}{labels}") for one in ("files", "bytes")]
    assert len(PARTS) == text.count("media_vm_storage_files{") == text.count("media_vm_storage_bytes{")
    assert value(text, when) > 0


@pytest.mark.parametrize("kind", ["sqlite", "mariadb"])
def test_a_backup_is_told_of_once_it_is_whole(
    kind: str, request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By the time of its dump; one that is cut off between database and files is none."""
    series, folder = "media_vm_backup_timestamp_seconds", tmp_path / "backup"
    with storage_of(kind, request) as storage:
        storage.api.upload(1, "a.jpg", picture())
        storage.work()
        engine = open_engine(storage.url)
        with monkeypatch.context() as full:
            full.setattr(shutil, "copy2", Mock(side_effect=OSError("no space left")))
            with pytest.raises(OSError, match="no space"):
                back_up(storage.url, storage.root, folder)
        cut_off = value(gauges(engine), series)
        back_up(storage.url, storage.root, folder)
        whole = value(gauges(engine), series)
        [dump] = dumps_in(folder)
        engine.dispose()

    assert (0, int(dump.at.timestamp())) == (cut_off, int(whole))


def test_a_look_that_fails_tells_how_to_help() -> None:
    """And nothing of the database is told that is not known."""
    machine = Machine(open_engine("mysql+pymysql://me:canary@127.0.0.1:9/x"), AT_ONCE, None, lambda: None, 7)
    look = look_at(machine)

    assert (0, None) == (len(look.families), look.disk)
    assert look.trouble and "DATABASE_URL" in look.trouble and "canary" not in look.trouble
