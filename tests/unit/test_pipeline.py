"""The stories on a world of memory: what happens to a picture, and who waits for whom."""

from __future__ import annotations

import json
import threading
from collections.abc import Collection
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from media_vm.errors import (
    TryAgain,
)
from media_vm.pipeline import run_cycle
from media_vm.rules.callbacks import Event, EventKind
from media_vm.rules.checklist import Step, StepStatus
from media_vm.rules.findings import Provider
from media_vm.rules.known import Known
from media_vm.rules.pictures import MediaStatus
from media_vm.testing import MemoryParts, memory_parts, picture
from media_vm.values import Answer, Described, Media, PendingList
from tests.unit.cycles import DAY, HOUR, checklist, let_time_pass, statuses, told


@pytest.fixture
def parts() -> MemoryParts:
    return memory_parts()


def test_a_pending_picture_is_completed_in_one_cycle(parts: MemoryParts) -> None:
    """Retrieved, analysed, resized and called back, each with one attempt."""
    parts.api.upload(123, "My Photo.jpg", picture())

    rest = run_cycle(parts.world)

    assert timedelta(minutes=10) == rest
    assert ["completed"] * 4 == statuses(parts)
    assert [1, 1, 1, 1] == [checklist(parts)[step].attempts for step in Step]
    assert [EventKind.COMPLETE] == told(parts)


def test_the_callback_says_what_became_of_the_picture(parts: MemoryParts) -> None:
    """Media id, URL, formats and the honest note that no model described it."""
    parts.api.upload(123, "My Photo.jpg", picture())

    run_cycle(parts.world)

    event = parts.api.sent[0]
    body = json.loads(event.body or "")
    assert 123 == event.pending_id
    assert "1" == body["media_id"]
    assert "https://media.example/serve/1" == body["permanent_url"]
    assert ["avif", "jpeg"] == body["formats_available"]
    assert [{"step": "ai_visual_analysis", "reason": "not_configured"}] == body["degraded"]
    assert body["ai_analysis"]["style"] is None


def test_files_are_where_the_contract_says(parts: MemoryParts) -> None:
    """The original under its day, the variants in the user's library folder, nothing temporary left."""
    parts.api.upload(123, "My Photo.jpg", picture())

    run_cycle(parts.world)

    names = sorted(str(path) for path in parts.files.disk)
    assert 3 == len(names)
    assert names[0].startswith("/memory/bulk/2025-01-15/1-") and names[0].endswith(".jpg")
    assert names[1].startswith("/memory/library/user_456/product/img/1-my-photo-grid-")


def test_the_same_list_twice_changes_nothing(parts: MemoryParts) -> None:
    """An id comes again on every poll until it is completed."""
    parts.api.upload(123, "a.jpg", picture())

    run_cycle(parts.world)
    run_cycle(parts.world)

    assert 1 == len(parts.database.rows)
    assert [EventKind.COMPLETE] == told(parts)


def test_same_bytes_of_the_same_user_share_one_original(parts: MemoryParts) -> None:
    """Two media, two URLs, one file in bulk; another user's copy is another file."""
    for pending_id, user in ((1, 456), (2, 456), (3, 457)):
        parts.api.upload(pending_id, "a.jpg", picture(), user_id=user)

    run_cycle(parts.world)

    originals = [row.media.original.path for row in parts.database.rows.values() if row.media.original]
    assert originals[0] == originals[1] != originals[2]
    assert 2 == sum("/bulk/" in str(path) for path in parts.files.disk)


def test_a_refused_callback_is_resent_unchanged(parts: MemoryParts) -> None:
    """Same key, same bytes, through three attempts and the hourly ones after; the media stays completed."""
    parts.api.upload(123, "a.jpg", picture())
    parts.api.answers = [TryAgain("refused", "500") for _ in range(5)]

    run_cycle(parts.world)
    body = parts.database.open_event(1)
    let_time_pass(parts, 4 * HOUR)

    assert [body] == parts.api.sent
    assert MediaStatus.COMPLETED == checklist(parts).status


def test_a_callback_that_is_never_answered_fails_alone(parts: MemoryParts) -> None:
    """After seven days the column is failed; the picture is served all the same, and nothing is cleaned up."""
    parts.api.upload(123, "a.jpg", picture())
    parts.api.answers = [TryAgain("refused", "500") for _ in range(1000)]

    let_time_pass(parts, 8 * DAY)

    assert StepStatus.FAILED == checklist(parts)[Step.UPDATE_CALLBACK].status
    assert MediaStatus.COMPLETED == checklist(parts).status
    assert [] == told(parts)


def test_a_callback_given_up_is_told_again_while_its_id_is_listed(parts: MemoryParts) -> None:
    """A main API that comes to its senses after a week still asks for what it never heard of."""
    parts.api.upload(123, "a.jpg", picture())
    parts.api.answers = [TryAgain("refused", "500") for _ in range(1000)]
    let_time_pass(parts, 8 * DAY)
    parts.api.answers = []

    let_time_pass(parts, 2 * DAY)

    assert 1 == len(told(parts))
    assert StepStatus.COMPLETED == checklist(parts)[Step.UPDATE_CALLBACK].status


def test_a_slow_item_holds_nobody_up(parts: MemoryParts, monkeypatch: pytest.MonkeyPatch) -> None:
    """While one picture takes its time, the main API is asked again, and what came meanwhile is done."""
    monkeypatch.setattr("media_vm.pipeline.LOOK_FOR_WAKE_EVERY", timedelta(milliseconds=5))
    parts.world = replace(parts.world, items_in_flight=2)
    parts.api.upload(1, "slow.jpg", picture())
    neighbour_is_done = threading.Event()
    answer, send = parts.vision.describe, parts.api.send

    def slowly(source: Path, media: Media, known: Known, away: Collection[Provider]) -> Described:
        if not parts.database.marked("slow"):
            parts.database.mark("slow")
            parts.api.upload(2, "quick.jpg", picture(width=900))
            parts.clock.advance(timedelta(seconds=40))
            assert neighbour_is_done.wait(10)
        return answer(source, media, known, away)

    def sent(event: Event, request_id: str) -> Answer:
        neighbour_is_done.set()
        return send(event, request_id)

    monkeypatch.setattr(parts.vision, "describe", slowly)
    monkeypatch.setattr(parts.api, "send", sent)

    run_cycle(parts.world)

    assert [2, 1] == [event.pending_id for event in parts.api.sent]


def test_a_wake_call_is_heard_while_others_are_worked_on(
    parts: MemoryParts, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No thirty seconds pass: the wake call alone brings the new upload in."""
    monkeypatch.setattr("media_vm.pipeline.LOOK_FOR_WAKE_EVERY", timedelta(milliseconds=5))
    parts.api.upload(1, "slow.jpg", picture())
    is_known = threading.Event()
    answer, remember = parts.vision.describe, parts.database.remember

    def slowly(source: Path, media: Media, known: Known, away: Collection[Provider]) -> Described:
        parts.api.upload(2, "quick.jpg", picture(width=900))
        parts.database.mark("wake", "2")
        assert is_known.wait(10)
        return answer(source, media, known, away)

    def remembered(pending: PendingList, poll_began: datetime) -> int:
        new = remember(pending, poll_began)
        if len(pending.images) == 2:
            is_known.set()
        return new

    monkeypatch.setattr(parts.vision, "describe", slowly)
    monkeypatch.setattr(parts.database, "remember", remembered)

    run_cycle(parts.world)

    assert 2 == len(parts.database.rows)


def test_a_shared_original_that_is_gone_is_not_shared(parts: MemoryParts) -> None:
    """The fresh download is kept when the file that it would share is no longer there."""
    parts.api.upload(1, "a.jpg", picture())
    run_cycle(parts.world)
    first = parts.database.rows[1].media.original
    assert first is not None
    del parts.files.disk[parts.files.original(first.path)]
    parts.api.upload(2, "b.jpg", picture())

    run_cycle(parts.world)

    second = parts.database.rows[2].media.original
    assert second is not None
    assert first.path != second.path
    assert picture() == parts.files.disk[parts.files.original(second.path)]
    assert ["completed"] * 4 == statuses(parts, 2)
