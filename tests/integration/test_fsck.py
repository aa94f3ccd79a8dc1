"""fsck on the memory world, on SQLite and on MariaDB: every planted fault is found, what can be repaired is."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

import pytest

from media_vm.errors import Misconfigured, NotThere
from media_vm.fsck import Check
from media_vm.rules.adopting import ADOPTION, DONE, NEEDED
from media_vm.rules.callbacks import EventKind
from media_vm.rules.checklist import Step, StepStatus
from media_vm.rules.upkeep import Fault, Remedy, Role, Slice
from media_vm.testing import picture
from media_vm.testing.upkeep import MemoryDisk
from tests.integration.storages import Storage, storage_of

ORIGINAL, VARIANT = Role.ORIGINAL, Role.VARIANT


@pytest.fixture(params=["memory", "sqlite", "mariadb"])
def storage(request: pytest.FixtureRequest) -> Iterator[Storage]:
    """Six media of two users; media 5 and 6 are the same picture."""
    with storage_of(request.param, request) as storage:
        for pending_id in range(1, 7):
            width = 600 + min(pending_id, 5)
            storage.api.upload(pending_id, "A Photo.jpg", picture(width=width), user_id=400 + pending_id % 2)
        storage.work()
        storage.settle()
        yield storage


def plant_ten(storage: Storage) -> None:
    """5 flipped bits, 3 deletions, 2 strays."""
    flipped = [(1, ORIGINAL, 0), (2, VARIANT, 0), (3, VARIANT, 1), (5, ORIGINAL, 0), (5, VARIANT, 0)]
    deleted = [(2, VARIANT, 1), (4, ORIGINAL, 0), (4, VARIANT, 0)]
    flipped_paths = [storage.path_of(*place) for place in flipped]
    for path in flipped_paths:
        storage.flip(path)
    for path in [storage.path_of(*place) for place in deleted]:
        storage.delete(path)
    storage.put("bulk/2025-01-15/99-0123456789abcdef.jpg", b"nobody's")
    storage.put("library/user_400/product/img/2-a-photo-grid-01234567.jpg", b"of an older version")


def test_what_the_worker_left_is_clean(storage: Storage) -> None:
    """No finding where nothing is wrong."""
    assert [] == storage.check()


def test_ten_of_ten_planted_faults_are_found(storage: Storage) -> None:
    """Each with its fault, its media and its remedy; a dry run changes nothing."""
    plant_ten(storage)

    found = storage.check()

    assert found == storage.check()
    assert all(one.is_open for one in found)
    assert {Fault.ALTERED: 5, Fault.MISSING: 3, Fault.STRAY: 2} == Counter(one.fault for one in found)
    assert [
        (1, ORIGINAL, Remedy.FETCH),
        (2, VARIANT, Remedy.REMAKE),
        (2, VARIANT, Remedy.REMAKE),
        (3, VARIANT, Remedy.REMAKE),
        (4, ORIGINAL, Remedy.FETCH),
        (4, VARIANT, Remedy.FETCH),
        (5, ORIGINAL, Remedy.COPY),
        (5, VARIANT, Remedy.REMAKE),
    ] == [(one.media_id, one.role, one.remedy) for one in found if one.role]


def test_all_ten_are_repaired(storage: Storage) -> None:
    """By the disk, the worker and the main API; then everything is byte for byte as promised."""
    plant_ten(storage)

    repaired = storage.check(repair=True)
    storage.work()

    assert 10 == len(repaired)
    assert not any(one.is_open for one in repaired)
    assert [] == storage.check()
    assert b"nobody's" == storage.disk[storage.root / "quarantine/strays/bulk/2025-01-15/99-0123456789abcdef.jpg"]


def test_a_repair_tells_the_main_api_no_second_completion(storage: Storage) -> None:
    """The picture and its URL are the same; one `complete` a media is all there ever is."""
    plant_ten(storage)

    storage.check(repair=True)
    storage.work()

    completions = [event.pending_id for event in storage.api.sent if event.kind is EventKind.COMPLETE]
    assert [1, 2, 3, 4, 5, 6] == sorted(completions)


def test_a_lost_original_is_fetched_once_and_then_called_lost(storage: Storage) -> None:
    """The main API has it no more: the variants stay and are served, the loss is said by every run."""
    path = storage.path_of(1, ORIGINAL)
    storage.delete(path)
    image_path = next(iter(storage.api.temp_files))
    storage.api.temp_files[image_path] = NotThere("temp_file_missing", "the temp file answers 404")

    first = storage.check(repair=True)
    storage.work()
    second = storage.check(repair=True)

    assert [Remedy.FETCH] == [one.remedy for one in first]
    assert [Remedy.WAIT] == [one.remedy for one in second]
    held = storage.keeper.promises.held_after(0, Slice())[0]
    assert StepStatus.PENDING == held.checklist[Step.RETRIEVE_FILE].status
    storage.keeper.promises.request(1, Remedy.LOST, "the looks are over")
    assert [(Remedy.LOST, True)] == [(one.remedy, one.is_open) for one in storage.check(repair=True)]
    held = storage.keeper.promises.held_after(0, Slice())[0]
    assert held.checklist.has_variants and not held.checklist.has_failed


def test_other_bytes_at_the_main_api_are_a_fresh_round(storage: Storage) -> None:
    """What is fetched again is taken as it is: a new original, new variants, nothing wrong afterwards."""
    storage.flip(storage.path_of(1, ORIGINAL))
    storage.api.temp_files[next(iter(storage.api.temp_files))] = picture(width=999)

    storage.check(repair=True)
    storage.work()

    sha256 = hashlib.sha256(picture(width=999)).hexdigest()
    held = storage.keeper.promises.held_after(0, Slice())[0]
    assert sha256 == held.promises[0].sha256
    assert {Fault.STRAY} >= {one.fault for one in storage.check()}


def test_an_empty_file_is_told_apart(storage: Storage) -> None:
    """Zero length is what a crash of the machine leaves."""
    storage.disk[storage.root / storage.path_of(3, VARIANT)] = b""

    assert [(Fault.EMPTY, Remedy.REMAKE)] == [(one.fault, one.remedy) for one in storage.check()]


def test_what_is_leased_is_left_alone(storage: Storage) -> None:
    """A media in somebody's hands is not touched, its strays and temporaries neither."""
    storage.api.upload(7, "late.jpg", picture(width=777), user_id=400)
    storage.world.store.remember(storage.api.pending(), storage.world.store.now())
    claim = storage.world.leases.claim("worker-2")
    assert claim is not None and 7 == claim.media.id
    storage.put(f"bulk/.tmp-{claim.token}", b"half")
    storage.put("bulk/2025-01-15/7-0123456789abcdef.jpg", b"just renamed")

    found = storage.check(repair=True)

    assert [] == found
    assert storage.keeper.promises.request(7, Remedy.REMAKE, "") is False


def test_unfinished_temporaries_are_removed(storage: Storage) -> None:
    """Wherever they are written, once nobody's lease names them."""
    places = ["bulk/.tmp-dead", "library/user_400/product/img/.tmp-0-1", "quarantine/.tmp-1"]
    for place in places:
        storage.put(place, b"half")

    found = storage.check(repair=True)

    assert [Fault.UNFINISHED] * 3 == [one.fault for one in found]
    assert sorted(places) == sorted(one.path for one in found)
    assert [] == storage.check()


def test_a_young_file_is_no_stray(storage: Storage) -> None:
    """A step renames its files before it writes their rows."""
    path = "bulk/2025-01-15/98-0123456789abcdef.jpg"
    storage.disk[storage.root / path] = b"young"
    if isinstance(storage.keeper.disk, MemoryDisk):
        storage.keeper.disk.written[path] = storage.keeper.grace / 2

    assert [] == storage.check(repair=True)


def test_what_was_replaced_just_now_is_no_stray(storage: Storage) -> None:
    """A page may still show it, though its pixels are old."""
    storage.flip(storage.path_of(3, VARIANT))
    storage.check(repair=True)
    storage.work()
    old = "library/user_401/product/img/3-a-photo-grid-01234567.jpg"
    storage.put(old, b"shown a second ago")
    lately = storage.check(repair=True)
    storage.settle()

    assert ([], [(Fault.STRAY, old)]) == (lately, [(one.fault, one.path) for one in storage.check()])


def test_files_that_wait_for_adopt_are_no_strays(storage: Storage) -> None:
    """They have no row yet; when all were looked at, what has none is nobody's."""
    storage.put("library/user_7/logo/img/sunset_99_grid.jpg", b"old")
    storage.keeper.marks.mark(ADOPTION, NEEDED)
    waiting = storage.check(repair=True)
    storage.keeper.marks.mark(ADOPTION, DONE)

    assert ([], [Fault.STRAY]) == (waiting, [one.fault for one in storage.check()])


def test_the_parts_together_are_the_whole(storage: Storage) -> None:
    """Every fault is in exactly one slice."""
    plant_ten(storage)
    storage.put("bulk/.tmp-dead", b"half")

    parts = [one for number in (1, 2, 3) for one in storage.check(part=Slice(number, 3))]

    assert sorted(one.path for one in storage.check()) == sorted(one.path for one in parts)


def test_an_interrupted_run_goes_on_where_it_stopped(storage: Storage) -> None:
    """What was read is not read again, and at the end the next run begins at the beginning."""
    plant_ten(storage)
    rests = iter([False, False, True])
    stopping = replace(storage.keeper, pause=lambda _: next(rests))
    first = Check(stopping, Slice(), is_repairing=False, progress=lambda _: None)
    before = list(first.findings())
    again = Check(storage.keeper, Slice(), is_repairing=False, progress=lambda _: None)

    assert first.was_stopped and 3 == again.resumes_after()
    after = list(again.findings())

    assert [1, 2, 2, 3] == [one.media_id for one in before]
    assert 6 == len(after)
    assert 0 == again.resumes_after()


def test_a_storage_that_is_not_mounted_condemns_nothing(storage: Storage) -> None:
    """Everything would be missing, and nothing is: not one media is sent back."""
    if isinstance(storage.keeper.disk, MemoryDisk):
        storage.keeper.disk.is_mounted = False
    else:
        storage.root.rename(storage.root.with_name("elsewhere"))

    with pytest.raises(Misconfigured, match="mounted"):
        storage.check(repair=True)
