"""A picture's own trouble on a world of memory: what is tried again, and what it takes to condemn a file."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from media_vm.errors import (
    GiveUp,
    LeaseLost,
    NoRoom,
    StepFailed,
    TooSlow,
    TryAgain,
)
from media_vm.pipeline import run_cycle
from media_vm.rules.callbacks import EventKind
from media_vm.rules.checklist import Redo, Step, StepStatus
from media_vm.rules.failures import Kind
from media_vm.rules.pictures import MediaStatus, VariantSet
from media_vm.testing import MemoryParts, memory_parts, picture
from tests.unit.cycles import DAY, HOUR, checklist, let_time_pass, statuses, told


@pytest.fixture
def parts() -> MemoryParts:
    return memory_parts()


RETRIED = [
    TryAgain("temp_file_refused", "503"),
    TooSlow("too_slow", "drip"),
    NoRoom("storage", "disk full"),
]


@pytest.mark.parametrize("error", RETRIED, ids=lambda error: error.kind.value)
def test_three_attempts_then_failed_with_nothing_cleaned_up(parts: MemoryParts, error: StepFailed) -> None:
    """Trouble of its own spends attempts; when they are gone the bytes at the main API are left alone."""
    parts.api.upload(123, "a.jpg", error)

    let_time_pass(parts, HOUR)

    assert StepStatus.FAILED == checklist(parts)[Step.RETRIEVE_FILE].status
    assert 3 == checklist(parts)[Step.RETRIEVE_FILE].attempts
    assert MediaStatus.FAILED == checklist(parts).status
    assert [] == told(parts)


@pytest.mark.parametrize("error", RETRIED, ids=lambda error: error.kind.value)
def test_trouble_that_passes_is_forgotten(parts: MemoryParts, error: StepFailed) -> None:
    """The second attempt succeeds and no error remains."""
    image = parts.api.upload(123, "a.jpg", error)
    run_cycle(parts.world)
    parts.api.temp_files[image.image_path] = picture()

    let_time_pass(parts, HOUR)

    assert ["completed"] * 4 == statuses(parts)
    assert checklist(parts).last_error is None


def test_unusable_bytes_are_condemned_only_when_they_come_twice(parts: MemoryParts) -> None:
    """First quarantined and fetched again after a minute; the same bytes are the proof."""
    parts.api.upload(123, "a.jpg", picture(flaw="truncated"))

    run_cycle(parts.world)
    first = checklist(parts)
    let_time_pass(parts, timedelta(minutes=2))

    assert (StepStatus.PENDING, MediaStatus.DOWNLOADING) == (first[Step.RETRIEVE_FILE].status, first.status)
    assert parts.files.quarantined(1) is not None
    assert MediaStatus.FAILED == checklist(parts).status
    assert [EventKind.CLEANUP] == told(parts)
    assert "truncated" == getattr(checklist(parts).last_error, "reason", None)


def test_other_bytes_on_the_second_look_begin_anew(parts: MemoryParts) -> None:
    """What was suspected of the old bytes is void for the new ones."""
    image = parts.api.upload(123, "a.jpg", picture(flaw="truncated"))
    run_cycle(parts.world)
    parts.api.temp_files[image.image_path] = picture()

    let_time_pass(parts, timedelta(minutes=2))

    assert ["completed"] * 4 == statuses(parts)
    assert [EventKind.COMPLETE] == told(parts)


def test_too_many_bytes_need_proof_too(parts: MemoryParts) -> None:
    """The same announced length twice is the proof."""
    parts.api.upload(123, "a.jpg", GiveUp("too_many_bytes", "big", fingerprint="length:60000000"))

    let_time_pass(parts, timedelta(minutes=2))

    assert [EventKind.CLEANUP] == told(parts)


@pytest.mark.parametrize("content", [b"", b"<html>", None], ids=["empty", "html", "missing"])
def test_an_absent_file_is_given_up_after_a_day_if_others_arrive(
    parts: MemoryParts, content: bytes | None
) -> None:
    """No attempt is spent on it; a neighbour that arrived within the hour shows that files do arrive."""
    image = parts.api.upload(123, "a.jpg", content or b"")
    if content is None:
        del parts.api.temp_files[image.image_path]
    let_time_pass(parts, DAY - HOUR)
    waiting = checklist(parts)
    for hour in range(4):
        parts.api.upload(200 + hour, "b.jpg", picture())
        let_time_pass(parts, HOUR)

    assert (StepStatus.PENDING, 0) == (waiting[Step.RETRIEVE_FILE].status, waiting[Step.RETRIEVE_FILE].attempts)
    assert MediaStatus.FAILED == checklist(parts).status
    assert 1 == told(parts).count(EventKind.CLEANUP)


def test_a_download_that_came_to_nothing_leaves_nothing(parts: MemoryParts) -> None:
    """Its temporary file goes with the walk."""
    parts.api.upload(123, "a.jpg", b"<html>")

    run_cycle(parts.world)

    assert {} == parts.files.disk


def test_an_absent_file_is_looked_for_as_long_as_nothing_arrives(parts: MemoryParts) -> None:
    """If no file arrives at all, the main API's storage may be the one that is broken."""
    parts.api.upload(123, "a.jpg", b"")

    let_time_pass(parts, 3 * DAY)

    assert StepStatus.PENDING == checklist(parts)[Step.RETRIEVE_FILE].status
    assert [] == told(parts)


def test_analysis_that_fails_three_times_is_given_up(parts: MemoryParts) -> None:
    """Its column is failed, the media is completed."""
    parts.api.upload(123, "a.jpg", picture())
    parts.vision.troubles = [TooSlow("too_slow", "hang") for _ in range(3)]

    let_time_pass(parts, HOUR)

    assert ["completed", "failed", "completed", "completed"] == statuses(parts)


def test_our_own_copy_proves_nothing_against_the_temp_file(parts: MemoryParts) -> None:
    """A retry first tries what quarantine kept; only the temp file itself may confirm and be cleaned up."""
    image = parts.api.upload(123, "a.jpg", picture(width=9000, height=9000))
    run_cycle(parts.world)
    parts.api.temp_files[image.image_path] = TryAgain("temp_file_refused", "500")
    let_time_pass(parts, HOUR)
    failed = checklist(parts).status
    parts.api.temp_files[image.image_path] = picture()
    row = parts.database.rows[1]
    row.media = replace(row.media, checklist=replace(row.media.checklist, redo=Redo.RETRY))
    row.due_at = parts.clock.now

    let_time_pass(parts, HOUR)

    assert MediaStatus.FAILED == failed
    assert [EventKind.COMPLETE] == told(parts)
    assert ["completed"] * 4 == statuses(parts)


@pytest.mark.parametrize("trouble", [LeaseLost("lost"), NoRoom("storage", "full")], ids=["lease", "disk"])
def test_variants_that_cannot_be_published_leave_nothing_behind(
    parts: MemoryParts, monkeypatch: pytest.MonkeyPatch, trouble: Exception
) -> None:
    """Temporary files go with the attempt that made them."""
    parts.api.upload(123, "a.jpg", picture())

    def publish(*_: object) -> VariantSet:
        raise trouble

    monkeypatch.setattr(parts.files, "publish", publish)

    run_cycle(parts.world)

    assert [] == [path for path in parts.files.disk if path.name.startswith(".tmp-")]


def test_quarantine_that_cannot_be_written_condemns_nothing(
    parts: MemoryParts, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A full disk makes a permanent verdict wait: bytes that cannot be put aside may not be condemned."""
    parts.api.upload(123, "a.jpg", picture(flaw="truncated"))

    def full(*_: object) -> None:
        raise NoRoom("storage", "no space left")

    monkeypatch.setattr(parts.files, "quarantine", full)

    let_time_pass(parts, HOUR)

    assert [] == told(parts)
    assert Kind.LOCAL_RESOURCE == getattr(checklist(parts).last_error, "kind", None)
