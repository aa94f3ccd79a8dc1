"""A stored original that is gone or altered: fetched again once, and never held against its picture."""

from __future__ import annotations

from datetime import timedelta

import pytest

from media_vm.errors import NotThere
from media_vm.pipeline import run_cycle
from media_vm.rules.callbacks import EventKind
from media_vm.rules.checklist import Step, StepStatus
from media_vm.rules.lost_originals import ORIGINAL_LOST
from media_vm.rules.pictures import MediaStatus
from media_vm.rules.upkeep import Remedy
from media_vm.testing import MemoryParts, memory_parts, picture
from media_vm.testing.upkeep import MemoryPromises

HOUR = timedelta(hours=1)


@pytest.fixture
def parts() -> MemoryParts:
    return memory_parts()


def fsck_asks_for_it(parts: MemoryParts) -> None:
    """As `media-vm fsck --yes` does for the first media."""
    MemoryPromises(parts.database, parts.clock).request(1, Remedy.FETCH, "")


def retrieved(parts: MemoryParts) -> str:
    """A picture whose original is there and whose variants are not; returns the original's path."""
    parts.api.upload(1, "a.jpg", picture())
    parts.pixels.troubles = [NotThere("odd", "a first try that fails")]
    run_cycle(parts.world)
    original = parts.database.rows[1].media.original
    assert original is not None
    return original.path


@pytest.mark.parametrize("content", [None, b"jpeg 1200 801"], ids=["missing", "altered"])
def test_a_step_that_misses_the_original_has_it_fetched_again(parts: MemoryParts, content: bytes | None) -> None:
    """Put back where it was, for those who share it, though the day is another; no picture is made of altered
    bytes (contract §5.5)."""
    place = parts.files.original(retrieved(parts))
    parts.files.discard(place)
    if content:
        parts.files.disk[place] = content
    parts.clock.advance(24 * HOUR)

    run_cycle(parts.world)

    assert picture() == parts.files.disk[place]
    assert MediaStatus.COMPLETED == parts.database.rows[1].checklist().status
    assert [EventKind.COMPLETE] == [event.kind for event in parts.api.sent]


def test_an_original_that_is_lost_again_and_again_is_fetched_once(
    parts: MemoryParts, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A disk that eats files ends in a failure that says so, with the bytes not called unusable."""
    retrieved(parts)
    monkeypatch.setattr(parts.files, "is_sound", lambda _: False)

    for _ in range(8):
        parts.clock.advance(HOUR)
        run_cycle(parts.world)

    checklist = parts.database.rows[1].checklist()
    fetches = [one for _, one in parts.database.rows[1].history if one.original]
    assert 2 == len(fetches)
    assert StepStatus.FAILED == checklist[Step.RESIZE_OPTIMIZE].status
    assert checklist.last_error is not None and ORIGINAL_LOST == checklist.last_error.reason
    assert [] == parts.api.sent


def test_nothing_is_cleaned_up_for_a_lost_original(parts: MemoryParts) -> None:
    """The main API heard `complete`: its temp file's absence, a day long, is no proof against the picture."""
    image = parts.api.upload(1, "a.jpg", picture())
    run_cycle(parts.world)
    parts.api.temp_files[image.image_path] = NotThere("temp_file_missing", "gone")
    fsck_asks_for_it(parts)
    for number in range(2, 60):
        parts.api.upload(number, "b.jpg", picture(width=600 + number))
        run_cycle(parts.world)
        parts.clock.advance(HOUR / 2)

    checklist = parts.database.rows[1].checklist()
    assert StepStatus.FAILED == checklist[Step.RETRIEVE_FILE].status
    assert MediaStatus.COMPLETED == checklist.status
    assert {EventKind.COMPLETE} == {event.kind for event in parts.api.sent}


def test_news_does_not_wait_for_a_lost_original(parts: MemoryParts) -> None:
    """A `complete` that was not answered is told while the original is looked for."""
    image = parts.api.upload(1, "a.jpg", picture())
    parts.api.answers = [NotThere("busy", "not now")]
    run_cycle(parts.world)
    parts.api.temp_files[image.image_path] = NotThere("temp_file_missing", "gone")
    fsck_asks_for_it(parts)
    run_cycle(parts.world)
    parts.clock.advance(timedelta(seconds=31))

    run_cycle(parts.world)

    assert [EventKind.COMPLETE] == [event.kind for event in parts.api.sent]
