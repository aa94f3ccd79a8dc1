"""The timetable: one process at a time, each job when it is due, whatever happens to whom."""

from __future__ import annotations

import hashlib
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path

import pytest
import structlog
from structlog.testing import capture_logs
from structlog.typing import EventDict

from media_vm.adapters.fsck_disk import StorageDisk
from media_vm.adapters.upkeep_schedule import Timetable
from media_vm.adapters.upkeep_turns import DatabaseTurns
from media_vm.errors import DatabaseDown
from media_vm.rules.upkeep import Fault, Role
from media_vm.testing import MemoryClock
from media_vm.testing.upkeep import MemoryTurns
from media_vm.upkeep_ports import Job, Promise, Turns
from tests.integration.databases import migrated_engine

SOON, LASTS = timedelta(milliseconds=20), timedelta(milliseconds=400)
DAY = timedelta(days=1)


@pytest.fixture(params=["memory", "sqlite", "mariadb"])
def turns(request: pytest.FixtureRequest) -> Iterator[tuple[Turns, Callable[[timedelta], None]]]:
    """Turns whose lease lasts 400 ms, and how time passes for them."""
    if request.param == "memory":
        clock = MemoryClock()
        yield MemoryTurns(clock, LASTS), clock.advance
        return
    engine = migrated_engine(request.param, request)
    yield DatabaseTurns(engine, LASTS), lambda span: time.sleep(span.total_seconds())
    engine.dispose()


Given = tuple[Turns, Callable[[timedelta], None]]


def test_the_lease_is_one_holder_s(turns: Given) -> None:
    """The first gets it and may renew it; the second waits until the first lets go."""
    lease, _ = turns
    order = [lease.hold("first"), lease.hold("second"), lease.hold("first")]
    lease.let_go("second")
    order.append(lease.hold("second"))
    lease.let_go("first")
    order.append(lease.hold("second"))

    assert [True, False, True, False, True] == order


def test_who_is_silent_for_too_long_is_followed(turns: Given) -> None:
    """A killed worker's lease expires; a renewed one does not."""
    lease, wait = turns
    lease.hold("first")
    wait(LASTS * 0.6)
    lease.hold("first")
    wait(LASTS * 0.6)
    early = lease.hold("second")
    wait(LASTS)

    assert (False, True) == (early, lease.hold("second"))


def test_a_job_is_taken_up_once_a_period(turns: Given) -> None:
    """By whoever asks first after it is over; each job for itself."""
    take, wait = turns[0].take, turns[1]
    first = [take("fsck", LASTS), take("fsck", LASTS), take("temporaries", LASTS)]
    wait(LASTS)

    assert [True, False, True] == first
    assert take("fsck", LASTS)


@pytest.mark.parametrize("kind", ["sqlite", "mariadb"])
def test_eight_at_once_are_one(kind: str, request: pytest.FixtureRequest) -> None:
    """Compare-and-set, with no row there yet: one holds the lease, one takes the job up."""
    engine = migrated_engine(kind, request)
    start, got = threading.Barrier(8), []

    def ask(number: int) -> None:
        each = DatabaseTurns(engine)
        start.wait()
        got.append((each.hold(f"worker-{number}"), each.take("fsck", DAY)))

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    engine.dispose()

    assert [1, 1] == [sum(column) for column in zip(*got, strict=True)]


def timetable(turns: Turns, holder: str, *jobs: Job) -> Timetable:
    return Timetable(turns, jobs, holder, look_every=SOON, renew_every=SOON)


def wait_until(is_so: Callable[[], bool]) -> None:
    ends = time.monotonic() + 4
    while not is_so() and time.monotonic() < ends:
        time.sleep(0.01)


def test_two_workers_do_each_job_once() -> None:
    """Both look; the one that holds the lease does it, and the other takes over when that one ends."""
    turns, done = MemoryTurns(MemoryClock(), LASTS), []
    first = timetable(turns, "first", Job("a", DAY, lambda: done.append("first a")))
    second = timetable(
        turns, "second", Job("a", DAY, lambda: done.append("second a")), Job("b", DAY, lambda: done.append("b"))
    )
    with ExitStack() as one:
        one.enter_context(first)
        wait_until(lambda: bool(done))
        with second:
            time.sleep(5 * SOON.total_seconds())
            before = list(done)
            one.close()
            wait_until(lambda: len(done) > 1)

    assert ["first a"] == before
    assert ["first a", "b"] == done


def test_what_nobody_wants_takes_no_turn() -> None:
    """A job that looks often leaves the turn to whoever has something to do; it looks as often as it may come."""
    turns, done, wants = MemoryTurns(MemoryClock(), LASTS), list[str](), threading.Event()
    looked = threading.Semaphore(0)

    def is_wanted() -> bool:
        looked.release()
        return wants.is_set()

    job = Job("often", SOON, lambda: done.append("often"), is_wanted)
    with Timetable(turns, [job], "one", look_every=DAY, renew_every=DAY):
        both = looked.acquire(timeout=4) and looked.acquire(timeout=4)
        before, is_free = list(done), turns.take("often", SOON)
        turns._taken.clear()
        wants.set()
        wait_until(lambda: bool(done))

    assert (True, [], True) == (both, before, is_free)
    assert "often" in done


def test_a_job_that_takes_long_is_not_begun_again() -> None:
    """One instance a job, though it is due the whole time, and nobody is told of every look."""
    running, release = threading.Semaphore(0), threading.Event()

    def work() -> None:
        running.release()
        release.wait(4)

    with timetable(MemoryTurns(MemoryClock(), LASTS), "one", Job("long", timedelta(0), work)):
        assert running.acquire(timeout=4)
        began_again = running.acquire(timeout=0.2)
        release.set()

    assert not began_again


@pytest.mark.parametrize(
    ("error", "event", "level"),
    [(DatabaseDown("away"), "upkeep_put_off", "warning"), (ValueError("bug"), "upkeep_failed", "error")],
    ids=["database away", "bug"],
)
def test_a_job_that_fails_is_told_and_the_next_goes_on(error: Exception, event: str, level: str) -> None:
    """A database that is away is waited for; anything else is an error line."""
    done: list[str] = []

    def fail() -> None:
        raise error

    logs = logged(
        lambda: bool(done), Job("bad", DAY, fail), Job("good", timedelta(0), lambda: done.append("good"))
    )

    assert [(event, "bad", level)] == [
        (line["event"], line["job"], line["log_level"]) for line in logs if line["event"] != "upkeep_began"
    ]


def test_a_job_missed_by_more_than_the_grace_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """APScheduler would drop it without a word; the next look does it."""
    monkeypatch.setattr("media_vm.adapters.upkeep_schedule.LATE_BY", timedelta(seconds=1))
    table = timetable(MemoryTurns(MemoryClock(), LASTS), "one")
    with capture_logs() as logs:
        table._repeat(lambda: None, "late", timedelta(seconds=30))
        late = table._scheduler.get_job("late")
        late.modify(next_run_time=late.next_run_time - timedelta(seconds=20))
        with table:
            wait_until(lambda: bool(logs))

    assert [("upkeep_missed", "late")] == [(line["event"], line["job"]) for line in logs]


def logged(is_over: Callable[[], bool], *jobs: Job) -> list[EventDict]:
    structlog.reset_defaults()
    with capture_logs() as logs, timetable(MemoryTurns(MemoryClock(), LASTS), "one", *jobs):
        wait_until(lambda: is_over() and any(line["event"] != "upkeep_began" for line in logs))
    return logs


def test_a_link_is_moved_and_never_followed(tmp_path: Path) -> None:
    """Whoever plants a link in the library gets it set aside; what it points at is neither read nor touched."""
    outside = tmp_path / "outside.txt"
    outside.write_bytes(b"secret")
    folder = tmp_path / "storage/library/user_1"
    folder.mkdir(parents=True)
    (folder / "1-a.jpg").symlink_to(outside)
    disk = StorageDisk(tmp_path / "storage")

    found = [one.path for one in disk.stored()]
    fault = disk.fault(Promise(Role.VARIANT, found[0], hashlib.sha256(b"secret").hexdigest()))
    disk.set_aside(found[0])

    assert ["library/user_1/1-a.jpg"] == found
    assert Fault.ALTERED == fault
    assert (tmp_path / "storage/quarantine/strays/library/user_1/1-a.jpg").is_symlink()
    assert b"secret" == outside.read_bytes()


@pytest.mark.parametrize("path", ["../outside.txt", "bulk/../../outside.txt", "/etc/hostname", "bulk/.."])
def test_no_path_leads_out_of_the_storage(tmp_path: Path, path: str) -> None:
    """Whatever a row or a caller says."""
    (tmp_path / "outside.txt").write_text("secret")
    (tmp_path / "storage/bulk").mkdir(parents=True)

    with pytest.raises(ValueError, match="out of the storage root"):
        StorageDisk(tmp_path / "storage").remove(path)
    assert (tmp_path / "outside.txt").exists()


def test_a_storage_that_may_not_be_read_is_no_fault_of_its_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """fsck by the wrong user must not send every picture back; a disk that cannot read is another matter."""
    (tmp_path / "bulk").mkdir()
    (tmp_path / "bulk/1-a.jpg").write_bytes(b"a")
    promise = Promise(Role.ORIGINAL, "bulk/1-a.jpg", "00")
    disk, refusal = StorageDisk(tmp_path), [PermissionError(13, "no"), OSError(5, "EIO")]

    def refused(*_: object) -> int:
        raise refusal.pop(0)

    monkeypatch.setattr(os, "open", refused)

    with pytest.raises(PermissionError):
        disk.fault(promise)
    assert Fault.ALTERED == disk.fault(promise)
