"""What upkeep decides, and its jobs on the memory world."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from media_vm.errors import Misconfigured
from media_vm.pipeline import run_cycle
from media_vm.rules.checklist import Checklist, Run, Step, StepStatus, decide
from media_vm.rules.failures import Failure, Kind
from media_vm.rules.lost_originals import ORIGINAL_LOST, fetched_again
from media_vm.rules.outcomes import gave_up
from media_vm.rules.pictures import MediaStatus
from media_vm.rules.policy import Policy
from media_vm.rules.upkeep import (
    GRACE,
    Remedy,
    Slice,
    grace_for,
    is_abandoned,
    owner_of,
    remedy_for_original,
    remedy_for_variants,
    requested,
    slice_of,
)
from media_vm.testing import EPOCH, MemoryParts, memory_parts, picture
from media_vm.testing.upkeep import MemoryDisk, MemoryPromises
from media_vm.upkeep import NEXT_PART, PARTS, check_next_part, jobs, remove_temporaries
from media_vm.upkeep_ports import Keeper

HOUR = timedelta(hours=1)


def done() -> Checklist:
    """Everything completed."""
    checklist = replace(Checklist(), has_variants=True)
    for step in Step:
        checklist = checklist.with_entry(step, StepStatus.COMPLETED, 1)
    return checklist


LOST = Failure(Kind.TRANSIENT, ORIGINAL_LOST, "gone")
FETCHED_BEFORE = replace(done(), last_error=LOST, last_error_step=Step.RESIZE_OPTIMIZE)
BEING_FETCHED = fetched_again(done(), Step.RESIZE_OPTIMIZE, LOST)


@pytest.mark.parametrize(
    ("checklist", "has_twin", "is_from_main_api", "remedy"),
    [
        (done(), True, True, Remedy.COPY),
        (done(), True, False, Remedy.COPY),
        (done(), False, True, Remedy.FETCH),
        (done(), False, False, Remedy.LOST),
        (BEING_FETCHED, False, True, Remedy.WAIT),
        (BEING_FETCHED, True, True, Remedy.COPY),
        (FETCHED_BEFORE, False, True, Remedy.LOST),
        (gave_up(done(), Step.RETRIEVE_FILE), False, True, Remedy.LOST),
    ],
)
def test_an_original_is_brought_back_from_the_nearest_place(
    checklist: Checklist, has_twin: bool, is_from_main_api: bool, remedy: Remedy
) -> None:
    """The same bytes here, else the main API once, else it is lost."""
    assert remedy == remedy_for_original(checklist, has_twin=has_twin, is_from_main_api=is_from_main_api)


@pytest.mark.parametrize(
    ("checklist", "original", "remedy"),
    [
        (done(), None, Remedy.REMAKE),
        (done(), Remedy.COPY, Remedy.REMAKE),
        (done(), Remedy.FETCH, Remedy.FETCH),
        (done(), Remedy.WAIT, Remedy.WAIT),
        (done(), Remedy.LOST, Remedy.LOST),
        (requested(done(), Remedy.REMAKE), None, Remedy.WAIT),
        (BEING_FETCHED, None, Remedy.WAIT),
        (gave_up(done(), Step.RESIZE_OPTIMIZE), None, Remedy.REMAKE),
    ],
)
def test_variants_are_made_again_from_a_sound_original(
    checklist: Checklist, original: Remedy | None, remedy: Remedy
) -> None:
    """With an original that is lost they share its fate."""
    assert remedy == remedy_for_variants(checklist, original)


@pytest.mark.parametrize("remedy", [Remedy.COPY, Remedy.WAIT])
def test_some_remedies_ask_nothing_of_the_worker(remedy: Remedy) -> None:
    """A copy is fsck's own doing, and what is under way already needs no request."""
    checklist = Checklist()

    assert checklist == requested(checklist, remedy)


def test_a_failed_item_whose_original_is_fetched_again_begins_anew() -> None:
    """Else the bytes were asked for and nobody went to get them."""
    failed = replace(gave_up(done(), Step.RESIZE_OPTIMIZE), has_variants=False)
    again = requested(failed, Remedy.FETCH)

    assert (MediaStatus.FAILED, MediaStatus.DOWNLOADING) == (failed.status, again.status)
    assert Run(Step.RETRIEVE_FILE) == decide(again, EPOCH, Policy())


def test_a_loss_is_recorded_and_fails_no_media_that_has_variants() -> None:
    """Serve keeps answering; without variants there is nothing to serve."""
    with_variants = requested(done(), Remedy.LOST)
    without = requested(replace(done(), has_variants=False), Remedy.LOST)

    assert (MediaStatus.COMPLETED, MediaStatus.FAILED) == (with_variants.status, without.status)
    assert with_variants.last_error is not None and ORIGINAL_LOST == with_variants.last_error.reason


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("1/1", Slice(1, 1)),
        ("30/30", Slice(30, 30)),
        ("0/3", None),
        ("4/3", None),
        ("1/0", None),
        ("1", None),
        ("-1/3", None),
        ("1/3 ", None),
        ("١/٣", None),
        ("1/99999", None),
    ],
)
def test_a_slice_is_a_number_of_parts(text: str, part: Slice | None) -> None:
    """ASCII digits, from 1 to the number of parts."""
    assert part == slice_of(text)


def test_every_media_is_in_exactly_one_part() -> None:
    """And what belongs to no media too."""
    parts = [Slice(number, 7) for number in range(1, 8)]

    assert [1] * 101 == [sum(part.includes(media) for part in parts) for media in [None, *range(100)]]
    assert [*parts[1:], parts[0]] == [part.next() for part in parts]


@pytest.mark.parametrize(
    ("path", "owner"),
    [
        ("bulk/2025-01-15/789-0123456789abcdef.jpg", 789),
        ("library/user_1/logo/img/12-3-grid-01234567.avif", 12),
        ("bulk/notes.txt", None),
        ("bulk/9999999999999999999-a.jpg", None),
        ("12-folder/a.jpg", None),
    ],
)
def test_a_file_s_name_says_whose_it_is(path: str, owner: int | None) -> None:
    """The digits that it begins with."""
    assert owner == owner_of(path)


@pytest.mark.parametrize(
    ("path", "age", "is_so"),
    [
        ("bulk/.tmp-dead", HOUR * 2, True),
        ("bulk/.tmp-dead", HOUR / 2, False),
        ("bulk/.tmp-alive", HOUR * 2, False),
    ],
)
def test_a_temporary_is_abandoned_when_old_and_nobody_s(path: str, age: timedelta, is_so: bool) -> None:
    """The grace and the leases both protect it."""
    assert is_so == is_abandoned(path, age, HOUR, {"alive"})


@pytest.mark.parametrize(("limit", "grace"), [(timedelta(minutes=5), GRACE), (3 * HOUR, 6 * HOUR)])
def test_the_grace_is_longer_than_any_step(limit: timedelta, grace: timedelta) -> None:
    """A step that may last for hours may name its files that late."""
    assert grace == grace_for(limit)


@pytest.fixture
def parts() -> MemoryParts:
    return memory_parts()


@pytest.fixture
def keeper(parts: MemoryParts) -> Keeper:
    promises, disk = MemoryPromises(parts.database, parts.clock), MemoryDisk(parts.files)
    return Keeper(promises, parts.database, disk, HOUR, parts.clock.seconds, lambda _: False)


def test_old_temporaries_are_removed(parts: MemoryParts, keeper: Keeper) -> None:
    """A young one stays, a stored file too."""
    root = parts.files.folder("bulk")
    parts.files.disk |= {root / ".tmp-old": b"half", root / ".tmp-new": b"half", root / "1-a.jpg": b"whole"}
    assert isinstance(keeper.disk, MemoryDisk)
    keeper.disk.written["bulk/.tmp-new"] = HOUR / 2

    removed = remove_temporaries(keeper)

    assert 1 == removed
    assert {".tmp-new", "1-a.jpg"} == {place.name for place in parts.files.disk}


def test_a_part_a_day_repairs_everything_in_a_month(parts: MemoryParts, keeper: Keeper) -> None:
    """Each run takes the next part; after the last comes the first."""
    for pending_id in range(1, 6):
        parts.api.upload(pending_id, "a.jpg", picture(width=600 + pending_id))
    run_cycle(parts.world)
    whole = dict(parts.files.disk)
    for row in parts.database.rows.values():
        del parts.files.disk[parts.files.folder(row.variants.kept[0].path)]

    for _ in range(PARTS):
        assert 0 == check_next_part(keeper)
    run_cycle(parts.world)

    mark = parts.database.marked(NEXT_PART)
    assert mark is not None and f"1/{PARTS}" == mark.note
    assert whole == parts.files.disk


def test_a_part_that_is_interrupted_comes_again(parts: MemoryParts, keeper: Keeper) -> None:
    """A worker that is stopped in the middle skips nothing."""
    parts.api.upload(1, "a.jpg", picture())
    run_cycle(parts.world)

    check_next_part(replace(keeper, pause=lambda _: True))

    assert parts.database.marked(NEXT_PART) is None


def test_what_cannot_be_repaired_is_counted(parts: MemoryParts, keeper: Keeper) -> None:
    """Lost here, and fetched in vain before: somebody must know."""
    parts.api.upload(1, "a.jpg", picture())
    run_cycle(parts.world)
    row = parts.database.rows[1]
    row.media = replace(row.media, checklist=replace(row.checklist(), last_error=LOST))
    del parts.files.disk[parts.files.folder(row.media.original.path if row.media.original else "")]

    assert 1 == check_next_part(keeper)


def test_a_storage_that_is_away_is_left_alone(parts: MemoryParts, keeper: Keeper) -> None:
    """Whatever lies in its place is not ours to mend or to tidy up."""
    assert isinstance(keeper.disk, MemoryDisk)
    keeper.disk.is_mounted = False
    for job in jobs(keeper):
        with pytest.raises(Misconfigured, match="is the storage mounted"):
            job.run()


def test_the_timetable(keeper: Keeper) -> None:
    """Temporaries by the hour, fsck by the day."""
    assert [("temporaries", HOUR), ("fsck", 24 * HOUR)] == [(job.name, job.every) for job in jobs(keeper)]
