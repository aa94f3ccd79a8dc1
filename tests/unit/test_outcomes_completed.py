"""What a step that succeeded does to its checklist, and what news do."""

from __future__ import annotations

from dataclasses import replace

import pytest

from media_vm.rules.callbacks import EventKind
from media_vm.rules.checklist import Checklist, Redo, Step
from media_vm.rules.failures import Kind
from media_vm.rules.outcomes import announced, completed
from tests.checklists import COMPLETED, FAILED, HOUR, NOW, PENDING, columns, failure, opened, running, suspect

RETRIEVE_FILE, AI_VISUAL_ANALYSIS, RESIZE_OPTIMIZE, UPDATE_CALLBACK = Step


def test_retrieved_bytes_begin_a_fresh_round() -> None:
    """Whatever was held against the bytes before, or was made of them, is void."""
    troubled = replace(
        running(RETRIEVE_FILE, attempt=2)
        .with_entry(AI_VISUAL_ANALYSIS, COMPLETED, attempts=1)
        .with_entry(RESIZE_OPTIMIZE, attempts=2),
        not_before=NOW,
        ai_not_before=NOW + HOUR,
        suspect=suspect(),
        absent_since=NOW - HOUR,
        looks=4,
        deaths=3,
        crash_deaths=2,
        degraded="failed",
        redo=Redo.RETRY,
    )

    after = completed(troubled, RETRIEVE_FILE)

    assert columns(COMPLETED).with_entry(RETRIEVE_FILE, attempts=2) == after


def test_an_analysis_tells_what_it_lacks() -> None:
    """Completed, its own wait is over, and the reason stays for the callback."""
    waiting = replace(running(AI_VISUAL_ANALYSIS), ai_not_before=NOW, degraded="outage")

    after = completed(waiting, AI_VISUAL_ANALYSIS, "not_configured")

    assert replace(columns(COMPLETED, COMPLETED), degraded="not_configured") == after


def test_variants_make_a_media_completed() -> None:
    """From then on it has variants, whatever else is open."""
    after = completed(replace(running(RESIZE_OPTIMIZE), not_before=NOW), RESIZE_OPTIMIZE)

    assert replace(columns(COMPLETED, COMPLETED, COMPLETED), has_variants=True) == after


def test_an_answered_event_is_closed() -> None:
    """Nothing is left to tell."""
    after = completed(running(UPDATE_CALLBACK), UPDATE_CALLBACK)

    assert after.open_event is None
    assert COMPLETED == after[UPDATE_CALLBACK].status


@pytest.mark.parametrize(("failed_step", "is_kept"), [(AI_VISUAL_ANALYSIS, True), (RESIZE_OPTIMIZE, False)])
def test_an_error_is_kept_until_its_own_step_succeeds(failed_step: Step, *, is_kept: bool) -> None:
    """A success elsewhere does not hide what is still wrong."""
    error = failure(Kind.TRANSIENT)
    before = replace(running(RESIZE_OPTIMIZE), last_error=error, last_error_step=failed_step)

    after = completed(before, RESIZE_OPTIMIZE)

    assert (error if is_kept else None) == after.last_error
    assert (failed_step if is_kept else None) == after.last_error_step


def test_news_begin_with_fresh_attempts() -> None:
    """A new event puts the column back to pending, due now."""
    before = columns(COMPLETED, COMPLETED, COMPLETED, FAILED).with_entry(UPDATE_CALLBACK, attempts=9)

    after = announced(before, EventKind.UPDATE, NOW)

    assert (PENDING, 0) == (after[UPDATE_CALLBACK].status, after[UPDATE_CALLBACK].attempts)
    assert opened(EventKind.UPDATE) == after.open_event


def test_events_go_in_order() -> None:
    """One that is not answered yet stays in front of a new one."""
    first = opened(EventKind.COMPLETE, at=NOW - HOUR)

    assert first == announced(replace(Checklist(), open_event=first), EventKind.UPDATE, NOW).open_event
