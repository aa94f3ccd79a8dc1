"""How long the main API is told the same thing: three attempts by backoff, then hourly for 7 days."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from media_vm.rules.callbacks import EventKind
from media_vm.rules.checklist import Checklist, Finished, Step, decide
from media_vm.rules.failures import Kind
from media_vm.rules.outcomes import failed
from tests.checklists import (
    DAY,
    FAILED,
    FULL_WAIT,
    HALF_WAIT,
    HOUR,
    NOW,
    PENDING,
    POLICY,
    SECOND,
    failure,
    given,
    opened,
    running,
)

UPDATE_CALLBACK = Step.UPDATE_CALLBACK
OWN_TROUBLE = [Kind.TRANSIENT, Kind.TIMEOUT, Kind.LOCAL_RESOURCE, Kind.PERMANENT, Kind.ABSENT]


def telling(kind: EventKind, attempt: int, *, since: datetime = NOW) -> Checklist:
    """An event of this kind, made then, is being sent."""
    return replace(running(UPDATE_CALLBACK, attempt), open_event=opened(kind, at=since))


def due_at(checklist: Checklist) -> datetime:
    """When its event is sent next."""
    assert checklist.open_event is not None
    return checklist.open_event.due_at


@pytest.mark.parametrize("error", OWN_TROUBLE)
@pytest.mark.parametrize("kind", [EventKind.COMPLETE, EventKind.UPDATE])
@pytest.mark.parametrize(
    ("attempt", "chance", "wait"),
    [
        (1, FULL_WAIT, 30 * SECOND),
        (1, HALF_WAIT, 15 * SECOND),
        (2, FULL_WAIT, 60 * SECOND),
        (3, FULL_WAIT, HOUR),
        (3, HALF_WAIT, HOUR),
        (99, FULL_WAIT, HOUR),
    ],
)
def test_three_attempts_by_backoff_then_hourly(
    error: Kind, kind: EventKind, attempt: int, chance: float, wait: timedelta
) -> None:
    """Whatever goes wrong, the picture stays completed and the event is sent again."""
    after = failed(telling(kind, attempt), UPDATE_CALLBACK, failure(error), given(chance)).checklist

    assert NOW + wait == due_at(after)
    assert (PENDING, attempt) == (after[UPDATE_CALLBACK].status, after[UPDATE_CALLBACK].attempts)
    assert not after.has_failed


@pytest.mark.parametrize("attempt", [1, 2, 3])
def test_a_cleanup_is_resent_hourly(attempt: int) -> None:
    """From the first try on: nobody waits for it."""
    after = failed(telling(EventKind.CLEANUP, attempt), UPDATE_CALLBACK, failure(Kind.TRANSIENT), given())

    assert NOW + HOUR == due_at(after.checklist)


@pytest.mark.parametrize("kind", list(EventKind))
@pytest.mark.parametrize(("age", "expected"), [(7 * DAY, FAILED), (7 * DAY - SECOND, PENDING)])
def test_after_seven_days_the_column_has_failed(kind: EventKind, age: timedelta, expected: object) -> None:
    """The column only: the media keeps its status, and time alone brings nothing more."""
    after = failed(telling(kind, 9, since=NOW - age), UPDATE_CALLBACK, failure(Kind.TRANSIENT), given()).checklist

    assert expected == after[UPDATE_CALLBACK].status
    assert running(UPDATE_CALLBACK).status == after.status
    assert (expected is FAILED) == (decide(after, NOW, POLICY) == Finished())


@pytest.mark.parametrize("chance", [FULL_WAIT, HALF_WAIT])
@pytest.mark.parametrize(
    ("error", "retry_after", "wait"),
    [
        (Kind.OUTAGE, None, POLICY.backoff),
        (Kind.OUTAGE, HOUR, HOUR),
        (Kind.MISCONFIGURED, None, POLICY.idle),
    ],
)
@pytest.mark.parametrize("age", [timedelta(0), 8 * DAY])
def test_a_main_api_that_is_away_costs_no_attempt(
    chance: float, error: Kind, retry_after: timedelta | None, wait: timedelta, age: timedelta
) -> None:
    """However long it is away, the event stays open, and all events wait equally long."""
    before = telling(EventKind.COMPLETE, 2, since=NOW - age)

    after = failed(before, UPDATE_CALLBACK, failure(error, retry_after=retry_after), given(chance)).checklist

    assert (PENDING, 1) == (after[UPDATE_CALLBACK].status, after[UPDATE_CALLBACK].attempts)
    assert NOW + wait == due_at(after)
    assert after.running is None


def test_an_event_waits_as_long_as_it_was_asked_to() -> None:
    """A Retry-After that is longer than the backoff wins."""
    asked = failure(Kind.TRANSIENT, retry_after=timedelta(minutes=7))

    after = failed(telling(EventKind.COMPLETE, 1), UPDATE_CALLBACK, asked, given()).checklist

    assert NOW + timedelta(minutes=7) == due_at(after)


def test_what_is_sent_again_is_the_same_event() -> None:
    """Its kind and the time that the 7 days count from stay as they were."""
    before = telling(EventKind.UPDATE, 1, since=NOW - DAY)

    after = failed(before, UPDATE_CALLBACK, failure(Kind.TRANSIENT), given()).checklist

    assert after.open_event is not None
    assert (EventKind.UPDATE, NOW - DAY) == (after.open_event.kind, after.open_event.created_at)
