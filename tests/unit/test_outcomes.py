"""What success and each kind of failure do to a checklist; proof and callbacks have files of their own."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from media_vm.rules.callbacks import EventKind
from media_vm.rules.checklist import Checklist, Redo, Run, Step, decide
from media_vm.rules.failures import Kind
from media_vm.rules.outcomes import announced, completed, failed, gave_up, renewed
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
    attempts,
    columns,
    death,
    failure,
    given,
    opened,
    running,
    statuses,
    suspect,
)

RETRIEVE_FILE, AI_VISUAL_ANALYSIS, RESIZE_OPTIMIZE, UPDATE_CALLBACK = Step
NEED_BYTES = [RETRIEVE_FILE, RESIZE_OPTIMIZE]
SPENDING = [Kind.TRANSIENT, Kind.TIMEOUT, Kind.LOCAL_RESOURCE]


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
    """It is taken note of and forgotten."""
    assert before == renewed(replace(before, redo=Redo.RETRY))


def test_nothing_is_renewed_without_a_request() -> None:
    """A claim alone gives a failed item no further round."""
    assert columns(FAILED) == renewed(columns(FAILED))


@pytest.mark.parametrize("step", NEED_BYTES)
def test_a_retry_that_fails_again_is_over(step: Step) -> None:
    """Only another request begins another round: the first one would be granted for ever."""
    again = failed(replace(running(step, 3), redo=Redo.RETRY), step, failure(Kind.TIMEOUT), given()).checklist

    assert again.redo is None
    assert again == renewed(again)


def test_a_retry_from_stored_bytes_is_over_when_it_succeeds() -> None:
    """A retry that never needs `retrieve_file` ends as well."""
    assert completed(replace(running(RESIZE_OPTIMIZE), redo=Redo.RETRY), RESIZE_OPTIMIZE).redo is None
