"""How far a media is, in the words of contract §3's status."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from media_vm.rules.callbacks import EventKind
from media_vm.rules.checklist import Checklist, Step
from media_vm.rules.failures import Failure, Kind
from media_vm.rules.progress import current_step, progress, status_body
from tests.checklists import COMPLETED, FAILED, NOW, PENDING, columns, opened, running

RETRIEVE_FILE, AI_VISUAL_ANALYSIS, RESIZE_OPTIMIZE, UPDATE_CALLBACK = Step
OVERTAKEN = replace(running(RESIZE_OPTIMIZE).with_entry(AI_VISUAL_ANALYSIS, PENDING))
CLEANED_UP = replace(columns(FAILED), open_event=opened(EventKind.CLEANUP), running=UPDATE_CALLBACK)


@pytest.mark.parametrize(
    ("checklist", "expected"),
    [
        (Checklist(), RETRIEVE_FILE),
        (columns(COMPLETED), AI_VISUAL_ANALYSIS),
        (columns(COMPLETED, FAILED), RESIZE_OPTIMIZE),
        (OVERTAKEN, RESIZE_OPTIMIZE),
        (columns(COMPLETED, COMPLETED, COMPLETED), UPDATE_CALLBACK),
        (columns(COMPLETED, COMPLETED, COMPLETED, COMPLETED), None),
        (columns(FAILED), None),
        (CLEANED_UP, UPDATE_CALLBACK),
    ],
)
def test_the_current_step(checklist: Checklist, expected: Step | None) -> None:
    """The one under way, else the first pending one, else none."""
    assert expected == current_step(checklist)


@pytest.mark.parametrize(
    ("checklist", "expected"),
    [
        (Checklist(), 0),
        (columns(COMPLETED), 25),
        (columns(COMPLETED, FAILED, COMPLETED), 50),
        (columns(COMPLETED, COMPLETED, COMPLETED, COMPLETED), 100),
    ],
)
def test_progress_is_steps_completed_in_percent(checklist: Checklist, expected: int) -> None:
    """A failed step is no progress."""
    assert expected == progress(checklist)


def test_the_status_of_the_contract() -> None:
    """A media in the midst of `resize_optimize`, letter for letter."""
    assert {
        "id": 123,
        "media_id": "789",
        "status": "processing",
        "current_step": "resize_optimize",
        "progress": 50,
        "steps": {
            "retrieve_file": {"status": "completed", "attempts": 1},
            "ai_visual_analysis": {"status": "completed", "attempts": 1},
            "resize_optimize": {"status": "pending", "attempts": 1},
            "update_callback": {"status": "pending", "attempts": 0},
        },
        "next_try": None,
        "error": None,
        "degraded": [],
    } == status_body(123, 789, running(RESIZE_OPTIMIZE), None)


def test_the_status_tells_what_is_wrong() -> None:
    """The last error, when it is tried again, and what the analysis lacks."""
    error = Failure(Kind.TRANSIENT, "cut_off", "5 of 9 bytes came")
    troubled = replace(Checklist(), last_error=error, degraded="outage")

    body = status_body(123, 789, troubled, NOW + timedelta(milliseconds=250))

    assert "transient: cut_off: 5 of 9 bytes came" == body["error"]
    assert "2025-01-15T12:00:00.250Z" == body["next_try"]
    assert [{"step": "ai_visual_analysis", "reason": "outage"}] == body["degraded"]


@pytest.mark.parametrize("reason", ["storage_full", "disk_floor"])
def test_a_full_disk_is_told_in_two_words(reason: str) -> None:
    """What the contract promises to who asks why nothing moves."""
    waiting = replace(Checklist(), last_error=Failure(Kind.OUTAGE, reason, "waits for disk"))

    assert "storage full" == status_body(123, 1, waiting, NOW)["error"]
