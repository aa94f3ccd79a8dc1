"""What each kind of failure does to a checklist; proof and callbacks have files of their own."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from media_vm.rules.checklist import Run, Step, decide
from media_vm.rules.failures import Kind
from media_vm.rules.outcomes import failed, gave_up
from tests.checklists import (
    COMPLETED,
    DAY,
    FAILED,
    FULL_WAIT,
    HALF_WAIT,
    HOUR,
    NOW,
    PENDING,
    POLICY,
    SECOND,
    columns,
    death,
    failure,
    given,
    running,
    statuses,
)

RETRIEVE_FILE, AI_VISUAL_ANALYSIS, RESIZE_OPTIMIZE, UPDATE_CALLBACK = Step
NEED_BYTES = [RETRIEVE_FILE, RESIZE_OPTIMIZE]
SPENDING = [Kind.TRANSIENT, Kind.TIMEOUT, Kind.LOCAL_RESOURCE]


@pytest.mark.parametrize("kind", SPENDING)
@pytest.mark.parametrize("step", NEED_BYTES)
@pytest.mark.parametrize(
    ("attempt", "chance", "seconds"),
    [(1, FULL_WAIT, 30), (1, HALF_WAIT, 15), (2, FULL_WAIT, 60), (2, HALF_WAIT, 30)],
)
def test_own_trouble_is_tried_again(kind: Kind, step: Step, attempt: int, chance: float, seconds: int) -> None:
    """The attempt is gone, and the next one waits twice as long, give or take the jitter."""
    setback = failed(running(step, attempt), step, failure(kind), given(chance))

    after = setback.checklist
    assert (PENDING, attempt) == (after[step].status, after[step].attempts)
    assert NOW + seconds * SECOND == after.not_before
    assert (failure(kind), step) == (after.last_error, after.last_error_step)
    assert after.running is None
    assert (False, False) == (setback.quarantine, setback.cleanup)


@pytest.mark.parametrize("kind", SPENDING)
@pytest.mark.parametrize("step", NEED_BYTES)
def test_the_third_attempt_is_the_last(kind: Kind, step: Step) -> None:
    """The media has failed, its bytes are kept, and nothing is cleaned up."""
    setback = failed(running(step, attempt=3), step, failure(kind), given(others_arrive=True))

    assert (FAILED, 3) == (setback.checklist[step].status, setback.checklist[step].attempts)
    assert setback.checklist.has_failed
    assert (False, False) == (setback.quarantine, setback.cleanup)


@pytest.mark.parametrize("asked", [timedelta(minutes=20), SECOND])
def test_who_asks_for_patience_gets_it(asked: timedelta) -> None:
    """A longer Retry-After wins over the backoff, a shorter one does not."""
    setback = failed(running(RETRIEVE_FILE), RETRIEVE_FILE, failure(Kind.TRANSIENT, retry_after=asked), given())

    assert NOW + max(asked, 30 * SECOND) == setback.checklist.not_before


@pytest.mark.parametrize("step", NEED_BYTES)
@pytest.mark.parametrize(
    ("kind", "retry_after", "wait"),
    [
        (Kind.OUTAGE, None, POLICY.backoff),
        (Kind.OUTAGE, timedelta(minutes=5), timedelta(minutes=5)),
        (Kind.OUTAGE, SECOND, POLICY.backoff),
        (Kind.MISCONFIGURED, None, POLICY.idle),
        (Kind.MISCONFIGURED, HOUR, HOUR),
    ],
)
@pytest.mark.parametrize("chance", [FULL_WAIT, HALF_WAIT])
def test_a_party_that_is_away_costs_no_attempt(
    step: Step, kind: Kind, retry_after: timedelta | None, wait: timedelta, chance: float
) -> None:
    """The attempt comes back, and all items wait equally long, so that their order stays."""
    away = failure(kind, retry_after=retry_after)

    after = failed(running(step, attempt=3), step, away, given(chance)).checklist

    assert (PENDING, 2) == (after[step].status, after[step].attempts)
    assert NOW + wait == after.not_before
    assert after.running is None


@pytest.mark.parametrize("kind", [*SPENDING, Kind.PERMANENT, Kind.ABSENT, Kind.POISON])
@pytest.mark.parametrize(("attempt", "wait"), [(1, 30 * SECOND), (2, 60 * SECOND)])
def test_the_walk_goes_on_without_an_analysis(kind: Kind, attempt: int, wait: timedelta) -> None:
    """Its own time moves on; the picture is resized now, and nothing is put aside."""
    setback = failed(running(AI_VISUAL_ANALYSIS, attempt), AI_VISUAL_ANALYSIS, failure(kind), given())

    after = setback.checklist
    assert (PENDING, attempt) == (after[AI_VISUAL_ANALYSIS].status, after[AI_VISUAL_ANALYSIS].attempts)
    assert (NOW + wait, None) == (after.ai_not_before, after.not_before)
    assert "failed" == after.degraded
    assert Run(RESIZE_OPTIMIZE) == decide(after, NOW, POLICY)
    assert (False, False) == (setback.quarantine, setback.cleanup)


@pytest.mark.parametrize(
    ("kind", "retry_after", "wait"),
    [
        (Kind.OUTAGE, None, POLICY.backoff),
        (Kind.OUTAGE, DAY, DAY),
        (Kind.MISCONFIGURED, None, HOUR),
        (Kind.MISCONFIGURED, DAY, DAY),
    ],
)
@pytest.mark.parametrize("chance", [FULL_WAIT, HALF_WAIT])
def test_a_provider_that_is_away_holds_no_picture_back(
    kind: Kind, retry_after: timedelta | None, wait: timedelta, chance: float
) -> None:
    """No attempt is spent, the callback learns why, and a refused key is tried again hourly."""
    away = failure(kind, retry_after=retry_after)

    after = failed(running(AI_VISUAL_ANALYSIS, 3), AI_VISUAL_ANALYSIS, away, given(chance)).checklist

    assert (PENDING, 2) == (after[AI_VISUAL_ANALYSIS].status, after[AI_VISUAL_ANALYSIS].attempts)
    assert (kind.value, NOW + wait) == (after.degraded, after.ai_not_before)
    assert Run(RESIZE_OPTIMIZE) == decide(after, NOW, POLICY)


def test_an_analysis_fails_after_three_attempts() -> None:
    """Only the analysis has failed; the picture goes on."""
    after = failed(running(AI_VISUAL_ANALYSIS, 3), AI_VISUAL_ANALYSIS, failure(Kind.TIMEOUT), given()).checklist

    assert [COMPLETED, FAILED, PENDING, PENDING] == statuses(after)
    assert "failed" == after.degraded
    assert Run(RESIZE_OPTIMIZE) == decide(after, NOW, POLICY)


def test_an_analysis_whose_end_nobody_recorded_is_told_as_failed() -> None:
    """Giving up on it says in the callback that it is lacking."""
    after = gave_up(columns(COMPLETED).with_entry(AI_VISUAL_ANALYSIS, attempts=3), AI_VISUAL_ANALYSIS)

    assert (FAILED, "failed") == (after[AI_VISUAL_ANALYSIS].status, after.degraded)


@pytest.mark.parametrize(("deaths", "seconds"), [(0, 30), (1, 60)])
def test_a_death_is_counted_apart_from_attempts(deaths: int, seconds: int) -> None:
    """The attempt comes back, so that no attempt rule forestalls the third death."""
    before = replace(running(RESIZE_OPTIMIZE, attempt=3), deaths=deaths)

    after = failed(before, RESIZE_OPTIMIZE, death(), given()).checklist

    assert (PENDING, 2) == (after[RESIZE_OPTIMIZE].status, after[RESIZE_OPTIMIZE].attempts)
    assert deaths + 1 == after.deaths
    assert NOW + seconds * SECOND == after.not_before


@pytest.mark.parametrize("crash", [True, False])
def test_only_crash_signals_count_as_crashes(*, crash: bool) -> None:
    """SIGKILL and a time limit are deaths, too, but no crashes."""
    after = failed(running(RETRIEVE_FILE), RETRIEVE_FILE, death(crash=crash), given()).checklist

    assert (1, int(crash)) == (after.deaths, after.crash_deaths)
