"""The queue of pictures to be made again: what is chosen, asked for once, cancelled, and behind every upload."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from media_vm.adapters.database import DatabaseStore
from media_vm.adapters.leases import DatabaseLeases
from media_vm.adapters.reprocess_requests import DatabaseRequests
from media_vm.adapters.reprocessing import DatabaseReprocessing
from media_vm.reprocess_ports import Chosen, Request
from media_vm.reprocessing import Plan, plan, queue
from media_vm.rules.checklist import Step
from media_vm.rules.pictures import DataType, Format, Size
from media_vm.rules.policy import Policy
from media_vm.rules.reprocessing import Lack, Remake, RequestState
from media_vm.values import Claim, PendingImage
from tests.integration.databases import migrated_engine, remembered, sqlite_engine

VARIANTS, EVERY = Remake(), Chosen()
GRID = Remake(sizes=frozenset({Size.GRID}), formats=frozenset({Format.AVIF}))
ZOOM = Remake(sizes=frozenset({Size.ZOOM}))
MANY, AT_ONCE = 10_000, 3
WORKERS = ("here", "elsewhere")
BEGIN = datetime(2026, 11, 1, tzinfo=UTC)
MEDIA = """INSERT INTO media_files (id, main_api_id, user_id, data_type, original_name, mime_type, status,
 created_at, updated_at, source, image_path, bulk_path, sha256)
 SELECT :id, :id, 1 + :id % 2, :kind, 'a.jpg', 'image/jpeg', 'completed', :day, :day, 'main_api', '/a.jpg', :path,
 'ab'"""
CHECKLISTS = """INSERT INTO processing_checklist (media_id, retrieve_file, ai_visual_analysis, resize_optimize,
 update_callback, created_at, updated_at, has_variants) SELECT id, 'completed', 'completed', 'completed',
 'completed', created_at, created_at, 1 FROM media_files"""


def fill(engine: Engine, number: int) -> Engine:
    """So many complete pictures, one a day, product and logo by turns."""
    rows = [
        {
            "id": one,
            "kind": "logo" if one % 2 else "product",
            "day": f"{BEGIN + timedelta(days=min(one, 99)):%Y-%m-%d %H:%M:%S.%f}",
            "path": f"bulk/{one}.jpg",
        }
        for one in range(1, number + 1)
    ]
    with engine.begin() as connection:
        connection.execute(text(MEDIA), rows)
        connection.execute(text(CHECKLISTS))
    return engine


@pytest.fixture(params=["sqlite", "mariadb"])
def engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    """Six pictures: 1, 3 and 5 are logos, and of user 2."""
    engine = fill(migrated_engine(request.param, request), 6)
    yield engine
    engine.dispose()


def planned(engine: Engine, chosen: Chosen = EVERY, remake: Remake = VARIANTS) -> Plan:
    return plan(DatabaseRequests(engine), chosen, remake, lambda path: path != "bulk/6.jpg", lambda _: None)


def ask(engine: Engine, remake: Remake = VARIANTS, chosen: Chosen = EVERY) -> int:
    return queue(DatabaseRequests(engine), planned(engine, chosen, remake), remake, lambda _: None)


def change(engine: Engine, what: str) -> None:
    with engine.begin() as connection:
        connection.execute(text(what))


def test_what_is_chosen(engine: Engine) -> None:
    """By any of it, and by all of it together; what is deleted is never among them."""
    change(engine, "UPDATE processing_checklist SET degraded = 'outage' WHERE media_id = 2")
    change(engine, "UPDATE media_files SET deleted_at = created_at WHERE id = 5")
    change(engine, "UPDATE media_files SET made_with = 'now' WHERE id = 4")
    day = BEGIN + timedelta(days=3)
    choices = {
        Chosen(): [1, 2, 3, 4],
        Chosen(ids=frozenset({2, 4, 5, 99})): [2, 4],
        Chosen(data_types=frozenset({DataType.LOGO})): [1, 3],
        Chosen(users=frozenset({1})): [2, 4],
        Chosen(since=day): [3, 4],
        Chosen(until=day): [1, 2],
        Chosen(is_degraded=True): [2],
        Chosen(not_made_with="now"): [1, 2, 3],
        Chosen(users=frozenset({1}), since=day): [4],
    }
    assert choices == {chosen: planned(engine, chosen).media_ids for chosen in choices}
    assert [5, 99] == planned(engine, Chosen(ids=frozenset({2, 4, 5, 99}))).unknown


def test_what_cannot_be_made_is_listed(engine: Engine) -> None:
    """With the reason: never finished, its original retired, lost, or gone from the disk."""
    change(engine, "UPDATE processing_checklist SET has_variants = 0 WHERE media_id = 1")
    change(engine, "UPDATE media_files SET bulk_path = NULL WHERE id = 2")
    change(engine, "UPDATE processing_checklist SET retrieve_file = 'failed' WHERE media_id = 3")
    found = planned(engine)

    assert {1: Lack.UNFINISHED, 2: Lack.NO_ORIGINAL, 3: Lack.NO_ORIGINAL, 6: Lack.NO_ORIGINAL} == found.lacking
    assert [4, 5] == found.media_ids
    assert [2, 3, 4, 5, 6] == planned(engine, remake=Remake(frozenset({Step.UPDATE_CALLBACK}))).media_ids


def test_asking_twice_asks_once(engine: Engine) -> None:
    """A plan says so, and one that is older than the first run changes nothing either."""
    requests, older = DatabaseRequests(engine), planned(engine)

    assert [5, 0] == [ask(engine), ask(engine)]
    assert 0 == requests.ask(older.media_ids, VARIANTS)
    assert (5, []) == (planned(engine).is_asked, planned(engine).media_ids)
    assert 5 == requests.waiting()


def test_two_parts_become_one_request(engine: Engine) -> None:
    """Of sizes and formats rather too many than too few."""
    asked = [ask(engine, one) for one in (GRID, ZOOM, GRID, VARIANTS, ZOOM)]

    assert [5, 5, 0, 5, 0] == asked
    with engine.connect() as connection:
        rows = connection.execute(text("SELECT DISTINCT steps, sizes, formats FROM media_reprocess")).all()
    assert [("resize_optimize", None, None)] == [tuple(row) for row in rows]


def test_what_has_begun_is_left_alone(engine: Engine) -> None:
    """And goes on when all that waits is cancelled."""
    ask(engine)
    queue_of_workers, requests = DatabaseReprocessing(engine), DatabaseRequests(engine)
    request = queue_of_workers.next("here", 1)
    assert request is not None
    assert [True, False] == [queue_of_workers.begin(request, "here", None) for _ in range(2)]
    assert queue_of_workers.next("here", 1) is None
    other = queue_of_workers.next("elsewhere", 1)

    assert (1, 2) == (request.media.id, other and other.media.id)
    assert 1 == planned(engine, remake=Remake(frozenset({Step.AI_VISUAL_ANALYSIS}))).under_way
    assert (0, 4, 0) == (requests.ask([1], GRID), requests.cancel(), requests.waiting())
    assert (1, VARIANTS) == (requests.progress().numbers[RequestState.BEGUN], queue_of_workers.asked_of(1))


def test_a_new_run_counts_from_nought(engine: Engine) -> None:
    """What ended before is forgotten when the next is asked for, and not while anything is open."""
    ask(engine)
    change(engine, "UPDATE media_reprocess SET state = 'done' WHERE media_id < 3")
    ask(engine, chosen=Chosen(ids=frozenset({1})))
    assert 1 == DatabaseRequests(engine).progress().numbers[RequestState.DONE]
    change(engine, "UPDATE media_reprocess SET state = 'failed', note = 'why'")
    ask(engine, chosen=Chosen(ids=frozenset({1})))
    progress = DatabaseRequests(engine).progress()

    assert (1, 1, ()) == (
        progress.numbers[RequestState.WAITING],
        sum(progress.numbers.values()),
        progress.troubles,
    )


def test_how_long_it_took_is_read_from_the_history(engine: Engine) -> None:
    """By data type, the latest first; polish is something else."""
    lines = [(1, "0 kept", 3000), (2, "polished: 2 of 3", 90000), (2, "4 kept", 1000), (4, "4 kept", 2000)]
    for number, (media, note, ms) in enumerate(lines):
        change(
            engine,
            f"INSERT INTO media_events (media_id, at, name, note, ms) VALUES ({media}, '2026-11-0{number + 1}',"
            f" 'resize_optimize completed', '{note}', {ms})",
        )

    took = DatabaseRequests(engine).seconds(3)
    assert {DataType.LOGO: [3.0], DataType.PRODUCT: [2.0, 1.0]} == took
    assert {DataType.PRODUCT: [2.0]} == DatabaseRequests(engine).seconds(1)


def test_ten_thousand_stand_before_no_upload(tmp_path: Path) -> None:
    """Whatever two workers do in whichever order: after an upload has come each begins at most the one that it
    had chosen before, none of those is claimed before the upload, and of what had begun already only a few."""
    engine = fill(sqlite_engine(tmp_path), MANY)
    assert MANY == DatabaseRequests(engine).ask(range(1, MANY + 1), VARIANTS)
    line, chance = _Line(engine), random.Random(7)
    doings = [line.upload, line.look, line.begin, line.claim, line.let_go]
    for _ in range(200):
        chance.choices(doings, [2, 6, 6, 6, 4])[0](chance.choice(WORKERS))
    while line.waiting:
        line.claim(WORKERS[0])

    assert (0, True) == (line.out_of_turn, line.most_claimed_before <= AT_ONCE * len(WORKERS))
    assert line.most_begun_since <= len(WORKERS)
    assert min(line.uploads, line.remade) > 5
    engine.dispose()


@dataclass
class _Waiting:
    """An upload that nobody took yet: requests begun and claimed since it came."""

    begun: set[int] = field(default_factory=set)
    claimed: int = 0


class _Line:
    """Workers of one database, a step at a time, and who was made to wait for whom."""

    def __init__(self, engine: Engine) -> None:
        policy = Policy()
        self._store, self._leases = (
            DatabaseStore(engine, policy),
            DatabaseLeases(engine, policy, timedelta(hours=1)),
        )
        self._queue, self._held = DatabaseReprocessing(engine), list[Claim]()
        self._engine = engine
        self._chosen: dict[str, Request | None] = {}
        self.waiting: dict[int, _Waiting] = {}
        self.uploads = self.remade = self.out_of_turn = self.most_begun_since = self.most_claimed_before = 0

    def upload(self, _: str) -> None:
        """A picture comes in."""
        self.uploads += 1
        number = MANY + self.uploads
        remembered(self._store, PendingImage(number, 1, f"/{number}.jpg", "a.jpg", "image/jpeg", None, None))
        self.waiting[number] = _Waiting()
        time.sleep(0.001)  # SQLite's clock has no shorter moments

    def look(self, worker: str) -> None:
        """As `spare_time.next_due` does: nothing is due, so that one of the queue may be."""
        if self._leases.next_due() != timedelta(0):
            self._chosen[worker] = self._queue.next(worker, AT_ONCE)

    def begin(self, worker: str) -> None:
        """What it saw may be over by now."""
        request = self._chosen.pop(worker, None)
        if request and self._queue.begin(request, worker, None):
            for one in self.waiting.values():
                one.begun.add(request.media.id)
                self.most_begun_since = max(self.most_begun_since, len(one.begun))

    def claim(self, worker: str) -> None:
        """Take what is due longest."""
        claim = self._leases.claim(worker)
        if claim is None:
            return
        if self.waiting.pop(claim.media.id, None) is None:
            self.remade += 1
            for one in self.waiting.values():
                one.claimed += 1
                self.out_of_turn += claim.media.id in one.begun
                self.most_claimed_before = max(self.most_claimed_before, one.claimed)
        self._held.append(claim)

    def let_go(self, _: str) -> None:
        """The work on one of them is done."""
        if self._held:
            claim = self._held.pop(0)
            self._leases.release(claim, None)
            change(
                self._engine,
                f"UPDATE processing_checklist SET resize_optimize = 'completed' WHERE media_id = {claim.media.id}",
            )
