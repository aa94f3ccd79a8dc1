"""The stories on a world of memory: what happens to a picture, whatever goes wrong on its way."""

from __future__ import annotations

import json
import threading
from collections.abc import Collection
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from media_vm.errors import (
    ChildDied,
    DatabaseDown,
    GiveUp,
    LeaseLost,
    Misconfigured,
    NoRoom,
    ProviderDown,
    StepFailed,
    TooSlow,
    TryAgain,
)
from media_vm.pipeline import run_cycle
from media_vm.rules.callbacks import Event, EventKind
from media_vm.rules.checklist import Checklist, Redo, Step, StepStatus
from media_vm.rules.failures import Kind
from media_vm.rules.findings import Provider
from media_vm.rules.known import Known
from media_vm.rules.pictures import MediaStatus, SourceFacts, VariantSet
from media_vm.rules.policy import Policy
from media_vm.testing import MemoryParts, memory_parts, picture
from media_vm.values import Answer, Described, Media, PendingList

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def parts() -> MemoryParts:
    return memory_parts()


def let_time_pass(parts: MemoryParts, span: timedelta) -> None:
    """Run cycles as a worker does, resting in between, until `span` has passed."""
    ends = parts.clock.now + span
    while parts.clock.now <= ends:
        rest = run_cycle(parts.world)
        parts.clock.advance(max(rest, timedelta(seconds=1)))


def checklist(parts: MemoryParts, media_id: int = 1) -> Checklist:
    return parts.database.rows[media_id].checklist()


def told(parts: MemoryParts) -> list[EventKind]:
    return [event.kind for event in parts.api.sent]


def statuses(parts: MemoryParts, media_id: int = 1) -> list[str]:
    return [checklist(parts, media_id)[step].status.value for step in Step]


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


def test_a_main_api_that_is_away_costs_nothing() -> None:
    """A day's outage burns no attempt, cleans nothing up, and everything is delivered after it."""
    parts = memory_parts(Policy(backoff=timedelta(minutes=5)))
    parts.api.upload(123, "a.jpg", picture())
    parts.api.answers = [ProviderDown("unreachable", "gone")]
    run_cycle(parts.world)
    parts.api.down = ProviderDown("unreachable", "gone")
    let_time_pass(parts, DAY)
    during = checklist(parts)
    parts.api.down = None
    let_time_pass(parts, HOUR)

    assert (StepStatus.PENDING, 0) == (during[Step.UPDATE_CALLBACK].status, during[Step.UPDATE_CALLBACK].attempts)
    assert MediaStatus.COMPLETED == during.status
    assert [EventKind.COMPLETE] == told(parts)


def test_a_wrong_key_pauses_and_says_so(parts: MemoryParts) -> None:
    """The poll's outcome is on record, and the next one waits for the idle time."""
    parts.api.down = Misconfigured("key_refused", "check MAIN_API_KEY")

    rest = run_cycle(parts.world)

    mark = parts.database.marked("poll")
    assert timedelta(minutes=10) == rest
    assert mark is not None and mark.note.startswith("misconfigured: key_refused")


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


def test_analysis_that_fails_three_times_is_given_up(parts: MemoryParts) -> None:
    """Its column is failed, the media is completed."""
    parts.api.upload(123, "a.jpg", picture())
    parts.vision.troubles = [TooSlow("too_slow", "hang") for _ in range(3)]

    let_time_pass(parts, HOUR)

    assert ["completed", "failed", "completed", "completed"] == statuses(parts)


def test_the_third_death_is_poison(parts: MemoryParts) -> None:
    """A file that kills its child three times goes to quarantine; the same bytes again end it with a cleanup."""
    parts.api.upload(123, "a.jpg", picture())
    parts.pixels.troubles = [ChildDied("killed_by_SIGSEGV", "crash", crash_signal=True) for _ in range(3)]

    let_time_pass(parts, HOUR)

    assert 3 == checklist(parts).deaths
    assert parts.files.reasons[1].reason == "killed_by_SIGSEGV"
    assert Kind.POISON == getattr(checklist(parts).last_error, "kind", None)
    assert [EventKind.CLEANUP] == told(parts)


def test_three_kills_without_a_crash_are_never_cleaned_up(parts: MemoryParts) -> None:
    """A child killed for its time proves nothing that the main API should act on."""
    parts.api.upload(123, "a.jpg", picture())
    parts.pixels.troubles = [ChildDied("time_limit", "slow", crash_signal=False) for _ in range(3)]

    let_time_pass(parts, HOUR)

    assert MediaStatus.FAILED == checklist(parts).status
    assert [] == told(parts)


def test_a_step_that_breaks_unexpectedly_is_retried(parts: MemoryParts) -> None:
    """A bug of ours is the item's trouble, not the worker's end."""
    parts.api.upload(123, "a.jpg", picture())
    parts.vision.troubles = [RuntimeError("bug")]  # type: ignore[list-item]

    let_time_pass(parts, HOUR)

    assert ["completed"] * 4 == statuses(parts)


def test_a_worker_that_vanished_leaves_no_trace_but_time(parts: MemoryParts) -> None:
    """Its lease expires, its unrecorded attempt is given back, and after a backoff the work is done."""
    parts.api.upload(123, "a.jpg", picture())
    parts.database.remember(parts.api.pending(), parts.clock.now)
    parts.database.claim("vanished")
    run_cycle(parts.world)
    meanwhile = statuses(parts)
    parts.clock.advance(timedelta(seconds=61))

    freed = run_cycle(parts.world)
    parts.clock.advance(freed)
    run_cycle(parts.world)

    assert ["pending"] * 4 == meanwhile
    assert timedelta(seconds=30) == freed
    assert ["completed"] * 4 == statuses(parts)
    assert 1 == checklist(parts)[Step.RETRIEVE_FILE].attempts


def test_a_database_that_is_away_stops_the_cycle(parts: MemoryParts) -> None:
    """The error reaches the worker's loop; no verdict is made of it."""
    parts.api.upload(123, "a.jpg", picture())
    parts.vision.trouble_measuring = DatabaseDown("gone")

    with pytest.raises(DatabaseDown):
        run_cycle(parts.world)

    assert 0 == len(parts.api.sent)
    assert StepStatus.PENDING == checklist(parts)[Step.AI_VISUAL_ANALYSIS].status


def test_a_stopping_worker_claims_nothing(parts: MemoryParts) -> None:
    """What is pending is remembered and left for the next worker."""
    parts.api.upload(123, "a.jpg", picture())
    parts.world.stopping.set()

    run_cycle(parts.world)

    assert ["pending"] * 4 == statuses(parts)


def test_a_stopping_worker_finishes_its_step_and_lets_go(
    parts: MemoryParts, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is done is recorded, the next step's attempt is given back, and the media is due at once."""
    parts.api.upload(123, "a.jpg", picture())
    inspect = parts.pixels.inspect

    def stop_meanwhile(source: Path) -> SourceFacts:
        parts.world.stopping.set()
        return inspect(source)

    monkeypatch.setattr(parts.pixels, "inspect", stop_meanwhile)

    run_cycle(parts.world)

    assert ["completed", "pending", "pending", "pending"] == statuses(parts)
    assert 0 == checklist(parts)[Step.AI_VISUAL_ANALYSIS].attempts
    assert timedelta(0) == parts.database.next_due()


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


def test_a_walk_that_breaks_ends_neither_worker_nor_neighbours(
    parts: MemoryParts, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What goes wrong outside a step leaves the lease to expire; the others go on."""
    parts.api.upload(1, "a.jpg", picture())
    parts.api.upload(2, "b.jpg", picture(width=900))
    incoming = parts.files.incoming
    tokens: list[str] = []

    def broken_once(token: str) -> Path:
        tokens.append(token)
        if len(tokens) == 1:
            raise NoRoom("storage", "the storage refuses to be written")
        return incoming(token)

    monkeypatch.setattr(parts.files, "incoming", broken_once)

    run_cycle(parts.world)

    assert [2] == [event.pending_id for event in parts.api.sent]


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


@pytest.mark.parametrize("error", [TryAgain("refused", "500"), TooSlow("too_slow", "hang")], ids=["500", "hang"])
def test_a_poll_that_fails_in_any_way_is_an_outage(parts: MemoryParts, error: StepFailed) -> None:
    """The worker lives on and asks again after the backoff."""
    parts.api.down = error

    rest = run_cycle(parts.world)

    mark = parts.database.marked("poll")
    assert parts.world.policy.backoff == rest
    assert mark is not None and mark.note.startswith("outage: ")


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
