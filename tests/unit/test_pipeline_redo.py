"""What is asked of a live picture and goes wrong: recorded, at nobody's cost, and never again and again."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from media_vm.errors import GiveUp, NoRoom, NotThere, TooSlow
from media_vm.pipeline import run_cycle
from media_vm.rules.checklist import Checklist, Redo, Step, StepStatus
from media_vm.rules.failures import Failure, Kind
from media_vm.rules.pictures import MediaStatus
from media_vm.testing import MemoryParts, memory_parts, picture

DAY, HOUR = timedelta(days=1), timedelta(hours=1)


@pytest.fixture
def parts() -> MemoryParts:
    """A picture that is complete, and that the main API knows of."""
    parts = memory_parts()
    parts.api.upload(1, "a.jpg", picture())
    run_cycle(parts.world)
    return parts


def checklist(parts: MemoryParts) -> Checklist:
    return parts.database.rows[1].checklist()


def ask(parts: MemoryParts, redo: Redo) -> None:
    """As serve does."""
    row = parts.database.rows[1]
    asked = replace(row.media.checklist, redo=redo, redo_counter=row.media.checklist.redo_counter + 1)
    row.media, row.due_at = replace(row.media, checklist=asked), parts.clock.now


def lose_original(parts: MemoryParts) -> None:
    original = parts.database.rows[1].media.original
    assert original is not None
    parts.files.discard(parts.files.original(original.path))


def let_days_pass(parts: MemoryParts, days: int) -> None:
    """Other pictures arriving twice an hour."""
    for number in range(48 * days):
        parts.api.upload(100 + number, "b.jpg", picture(width=1000 + number))
        parts.clock.advance(HOUR / 2)
        run_cycle(parts.world)


def failures(parts: MemoryParts) -> list[str]:
    return [one.failure.reason for _, one in parts.database.rows[1].history if one.failure]


def test_a_redo_that_its_bytes_cannot_stand_fails_alone(parts: MemoryParts) -> None:
    """A limit was lowered since: the picture stays live, its bytes where they are, and nothing is tried twice."""
    parts.pixels.troubles = [GiveUp("too_complex", "more elements than are allowed now")]
    ask(parts, Redo.CROPS)
    for _ in range(5):
        run_cycle(parts.world)
        parts.clock.advance(HOUR)

    after = checklist(parts)
    assert [StepStatus.COMPLETED, StepStatus.FAILED] == [
        after[step].status for step in (Step.RETRIEVE_FILE, Step.RESIZE_OPTIMIZE)
    ]
    assert MediaStatus.COMPLETED == after.status
    assert (["too_complex"], None, {}) == (failures(parts), after.suspect, parts.files.reasons)
    assert parts.database.rows[1].due_at is None


def test_a_lost_original_of_a_live_picture_is_looked_for_once(parts: MemoryParts) -> None:
    """Its temp file is long gone: a day of looks, then the request has failed, and nothing goes on for ever."""
    lose_original(parts)
    parts.api.temp_files.clear()
    ask(parts, Redo.CROPS)
    let_days_pass(parts, 4)

    after = checklist(parts)
    assert [StepStatus.FAILED] * 2 == [after[step].status for step in (Step.RETRIEVE_FILE, Step.RESIZE_OPTIMIZE)]
    assert MediaStatus.COMPLETED == after.status
    assert (None, None) == (parts.database.rows[1].due_at, after.redo)


def test_polish_looks_for_no_lost_original(parts: MemoryParts) -> None:
    """An extra is over; fsck finds the loss and fetches."""
    lose_original(parts)
    calls = len(parts.api.sent)
    run_cycle(replace(parts.world, polishes=True))

    after = checklist(parts)
    assert [StepStatus.COMPLETED] * 4 == [after[step].status for step in Step]
    assert (["original_lost"], calls) == (failures(parts), len(parts.api.sent))
    assert not after.awaits_polish


def test_what_quarantine_keeps_is_for_a_retry_alone(parts: MemoryParts) -> None:
    """Bytes that were refused once, and replaced: a redo fetches what the picture is made of."""
    original = parts.database.rows[1].media.original
    assert original is not None
    refused = parts.files.incoming("refused")
    parts.files.disk[refused] = picture(width=555)
    parts.files.quarantine([refused], 1, Failure(Kind.PERMANENT, "truncated", "", "sha256:of it"))
    assert parts.files.quarantined(1)
    lose_original(parts)
    ask(parts, Redo.CROPS)
    run_cycle(parts.world)

    assert picture() == parts.files.disk[parts.files.original(original.path)]


def test_the_history_tells_why_a_polish_failed(parts: MemoryParts) -> None:
    """And not what failed before it, which stands in the checklist still."""
    row = parts.database.rows[1]
    older = Failure(Kind.TIMEOUT, "ai_too_slow", "")
    failed = replace(row.media.checklist, last_error=older, last_error_step=Step.AI_VISUAL_ANALYSIS)
    row.media = replace(row.media, checklist=failed)
    parts.pixels.troubles = [NoRoom("encoder_failed", "")]
    run_cycle(replace(parts.world, polishes=True))

    assert (["encoder_failed"], older) == (failures(parts), checklist(parts).last_error)


def test_a_recrop_that_failed_stays_to_be_seen(parts: MemoryParts) -> None:
    """Polish, which makes it all anew and well, comes only once the crops are as they were asked for."""
    parts.pixels.troubles = [TooSlow("time_limit", "")] * 3
    ask(parts, Redo.CROPS)
    for _ in range(4):
        run_cycle(replace(parts.world, polishes=True))
        parts.clock.advance(HOUR)

    assert StepStatus.FAILED == checklist(parts)[Step.RESIZE_OPTIMIZE].status
    assert checklist(parts).awaits_polish


def test_what_is_not_there_is_found_again_by_a_retry(parts: MemoryParts) -> None:
    """Its original was lost twice, and the item failed: who asks for a retry has the temp file asked again."""
    fresh = memory_parts()
    fresh.api.upload(1, "a.jpg", picture())
    fresh.pixels.troubles = [NotThere("odd", "a first try that fails")]
    run_cycle(fresh.world)
    row = fresh.database.rows[1]
    lost = Failure(Kind.TRANSIENT, "original_lost", "")
    given_up = row.media.checklist.with_entry(Step.RESIZE_OPTIMIZE, StepStatus.FAILED, attempts=3)
    given_up = replace(given_up, last_error=lost, last_error_step=Step.RESIZE_OPTIMIZE, not_before=None)
    row.media = replace(row.media, checklist=given_up)
    lose_original(fresh)
    ask(fresh, Redo.RETRY)
    run_cycle(fresh.world)

    assert MediaStatus.COMPLETED == checklist(fresh).status
