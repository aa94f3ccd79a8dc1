"""A further round for a failed item that somebody asked to retry."""

from __future__ import annotations

from dataclasses import replace

import pytest

from media_vm.rules.checklist import Checklist, Redo, Step, StepStatus
from media_vm.rules.failures import Kind
from media_vm.rules.outcomes import completed, failed
from media_vm.rules.rounds import renewed
from tests.checklists import (
    COMPLETED,
    DAY,
    FAILED,
    HOUR,
    NOW,
    PENDING,
    attempts,
    columns,
    failure,
    given,
    running,
    statuses,
    suspect,
)

RETRIEVE_FILE, AI_VISUAL_ANALYSIS, RESIZE_OPTIMIZE, UPDATE_CALLBACK = Step


@pytest.mark.parametrize(
    ("before", "expected"),
    [
        pytest.param(columns(FAILED), [PENDING, PENDING, PENDING, PENDING], id="never retrieved"),
        pytest.param(
            columns(COMPLETED, COMPLETED, FAILED), [COMPLETED, COMPLETED, PENDING, PENDING], id="resize failed"
        ),
        pytest.param(
            columns(COMPLETED, FAILED, FAILED, COMPLETED),
            [COMPLETED, PENDING, PENDING, COMPLETED],
            id="analysis failed as well",
        ),
    ],
)
def test_a_failed_item_begins_anew_on_request(before: Checklist, expected: list[object]) -> None:
    """What is not completed is pending with no attempt spent, nothing held against it and nothing to wait for."""
    asked = replace(
        before,
        redo=Redo.RETRY,
        not_before=NOW + HOUR,
        ai_not_before=NOW + HOUR,
        suspect=suspect(),
        absent_since=NOW - DAY,
        looks=9,
        deaths=3,
        crash_deaths=3,
    )

    after = renewed(asked)

    fresh = replace(Checklist(entries=after.entries), redo=Redo.RETRY)
    assert expected == statuses(after)
    assert [int(status is COMPLETED) for status in expected] == attempts(after)
    assert fresh == after


@pytest.mark.parametrize("before", [Checklist(), replace(columns(COMPLETED, FAILED, FAILED), has_variants=True)])
def test_a_request_has_no_effect_unless_the_item_failed(before: Checklist) -> None:
    """It stands until the round that is under way ends, and changes nothing in it."""
    asked = replace(before, redo=Redo.RETRY)

    assert asked == renewed(asked)


def test_nothing_is_renewed_without_a_request() -> None:
    """A claim alone gives a failed item no further round."""
    assert columns(FAILED) == renewed(columns(FAILED))


@pytest.mark.parametrize("step", [RETRIEVE_FILE, RESIZE_OPTIMIZE])
def test_a_retry_that_fails_again_is_over(step: Step) -> None:
    """Only another request begins another round: the first one would be granted for ever."""
    again = failed(replace(running(step, 3), redo=Redo.RETRY), step, failure(Kind.TIMEOUT), given()).checklist

    assert again.redo is None
    assert again == renewed(again)


def test_a_retry_from_stored_bytes_is_over_when_it_succeeds() -> None:
    """A retry that never needs `retrieve_file` ends as well."""
    assert completed(replace(running(RESIZE_OPTIMIZE), redo=Redo.RETRY), RESIZE_OPTIMIZE).redo is None


def test_crops_begin_once() -> None:
    """What was begun keeps its attempts; what is to be made anyway is made whole."""
    shown = completed(completed(Checklist(), Step.RETRIEVE_FILE), Step.RESIZE_OPTIMIZE)
    asked = replace(shown, redo=Redo.CROPS)
    begun = renewed(asked)
    tried = begun.with_entry(Step.RESIZE_OPTIMIZE, attempts=2)
    remade = asked.with_entry(Step.RESIZE_OPTIMIZE, StepStatus.PENDING)

    assert Redo.CROPS is begun.remakes
    assert tried == renewed(tried)
    assert renewed(remade).remakes is None
    assert completed(begun, Step.RESIZE_OPTIMIZE).remakes is None
