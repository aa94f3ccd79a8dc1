"""`failed` and `cleanup` need proof: the same bytes twice, or long absence while others' bytes arrive."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from media_vm.rules.checklist import Checklist, Step
from media_vm.rules.failures import Failure, Kind
from media_vm.rules.outcomes import completed, failed, is_proof
from media_vm.rules.setbacks import Setback
from tests.checklists import (
    BYTES,
    COMPLETED,
    DAY,
    FAILED,
    HALF_WAIT,
    HOUR,
    NOW,
    OTHER_BYTES,
    PENDING,
    POLICY,
    SECOND,
    attempts,
    death,
    failure,
    given,
    running,
    statuses,
    suspect,
)

RETRIEVE_FILE, AI_VISUAL_ANALYSIS, RESIZE_OPTIMIZE, UPDATE_CALLBACK = Step
NEED_BYTES = [RETRIEVE_FILE, RESIZE_OPTIMIZE]
SUSPECTED = replace(running(RETRIEVE_FILE), suspect=suspect())


def verdict(setback: Setback) -> tuple[bool, bool, bool]:
    """Has it failed; do its bytes go to quarantine; is a cleanup owed?"""
    return setback.checklist.has_failed, setback.quarantine, setback.cleanup


@pytest.mark.parametrize("step", NEED_BYTES)
@pytest.mark.parametrize("attempt", [1, 3])
def test_unusable_bytes_are_fetched_once_more(step: Step, attempt: int) -> None:
    """To quarantine, and one more look after the time to confirm, whatever attempts were spent before."""
    before = running(step, attempt).with_entry(RETRIEVE_FILE, attempts=3)

    setback = failed(before, step, failure(Kind.PERMANENT), given())

    after = setback.checklist
    assert (False, True, False) == verdict(setback)
    assert (PENDING, 0) == (after[RETRIEVE_FILE].status, after[RETRIEVE_FILE].attempts)
    assert NOW + POLICY.confirm == after.not_before
    assert after.suspect is not None
    assert (Kind.PERMANENT, BYTES) == (after.suspect.kind, after.suspect.fingerprint)
    assert after.running is None


def test_the_step_that_found_them_unusable_keeps_its_attempts() -> None:
    """`resize_optimize` gets back the attempt that proved nothing about itself."""
    after = failed(running(RESIZE_OPTIMIZE, 2), RESIZE_OPTIMIZE, failure(Kind.PERMANENT), given()).checklist

    assert [0, 1, 1, 0] == attempts(after)


def test_the_same_bytes_twice_are_the_proof() -> None:
    """Failed and cleaned up; the look itself is no attempt."""
    setback = failed(SUSPECTED, RETRIEVE_FILE, failure(Kind.PERMANENT), given())

    assert (True, False, True) == verdict(setback)
    assert (FAILED, 0) == (
        setback.checklist[RETRIEVE_FILE].status,
        setback.checklist[RETRIEVE_FILE].attempts,
    )


def test_other_unusable_bytes_are_suspected_anew() -> None:
    """Two different broken files prove nothing about the second."""
    setback = failed(SUSPECTED, RETRIEVE_FILE, failure(Kind.PERMANENT, OTHER_BYTES), given())

    assert (False, True, False) == verdict(setback)
    assert setback.checklist.suspect is not None
    assert OTHER_BYTES == setback.checklist.suspect.fingerprint


def test_other_bytes_that_kill_a_child_begin_with_one_death() -> None:
    """What three deaths with the old bytes proved is void for the new ones."""
    before = replace(running(RETRIEVE_FILE), suspect=suspect(Kind.POISON), deaths=3, crash_deaths=3)

    setback = failed(before, RETRIEVE_FILE, death(OTHER_BYTES), given())

    assert (False, False, False) == verdict(setback)
    assert (1, 1, None) == (
        setback.checklist.deaths,
        setback.checklist.crash_deaths,
        setback.checklist.suspect,
    )


@pytest.mark.parametrize("kind", [Kind.TRANSIENT, Kind.OUTAGE, Kind.ABSENT])
def test_a_look_that_sees_no_bytes_keeps_the_suspicion(kind: Kind) -> None:
    """Trouble on the way says nothing about the bytes."""
    after = failed(SUSPECTED, RETRIEVE_FILE, failure(kind, fingerprint=None), given()).checklist

    assert suspect() == after.suspect


def test_sound_bytes_end_the_suspicion() -> None:
    """Other bytes get the whole walk."""
    after = completed(replace(SUSPECTED, deaths=3, crash_deaths=3), RETRIEVE_FILE)

    assert [COMPLETED, PENDING, PENDING, PENDING] == statuses(after)
    assert (None, 0, 0) == (after.suspect, after.deaths, after.crash_deaths)


@pytest.mark.parametrize(
    ("checklist", "fingerprint", "expected"),
    [
        (SUSPECTED, BYTES, True),
        (SUSPECTED, OTHER_BYTES, False),
        (SUSPECTED, None, False),
        (Checklist(), BYTES, False),
        (Checklist(), None, False),
    ],
)
def test_what_counts_as_proof(checklist: Checklist, fingerprint: str | None, *, expected: bool) -> None:
    """Bytes that nobody suspected, or that nobody can name, prove nothing."""
    assert expected == is_proof(checklist, fingerprint)


@pytest.mark.parametrize("error", [failure(Kind.PERMANENT, None), death(None)])
def test_bytes_that_nobody_can_name_are_never_cleaned_up(error: Failure) -> None:
    """The same again could not be told from others: failed for good, kept, and the main API keeps its own."""
    before = replace(running(RESIZE_OPTIMIZE), deaths=2, crash_deaths=2)

    setback = failed(before, RESIZE_OPTIMIZE, error, given())

    assert (True, True, False) == verdict(setback)


@pytest.mark.parametrize("step", [RETRIEVE_FILE, AI_VISUAL_ANALYSIS, RESIZE_OPTIMIZE])
@pytest.mark.parametrize("attempt", [1, 3])
def test_the_third_death_is_poison_before_any_attempt_rule(step: Step, attempt: int) -> None:
    """Whatever step it was and however many attempts are left, the bytes are put aside and fetched once more."""
    setback = failed(replace(running(step, attempt), deaths=2), step, death(), given())

    after = setback.checklist
    assert (False, True, False) == verdict(setback)
    assert after.suspect is not None
    assert (Kind.POISON, BYTES) == (after.suspect.kind, after.suspect.fingerprint)
    assert after.last_error is not None
    assert Kind.POISON == after.last_error.kind
    assert PENDING == after[RETRIEVE_FILE].status
    assert NOW + POLICY.confirm == after.not_before


@pytest.mark.parametrize(("crashes", "is_cleaned_up"), [(3, True), (2, False), (0, False)])
def test_poison_is_cleaned_up_only_after_three_crashes(crashes: int, *, is_cleaned_up: bool) -> None:
    """A time limit or a SIGKILL may be this machine's fault: failed, but the main API keeps its file."""
    before = replace(running(RETRIEVE_FILE), suspect=suspect(Kind.POISON), deaths=3, crash_deaths=crashes)

    setback = failed(before, RETRIEVE_FILE, failure(Kind.POISON), given())

    assert (True, False, is_cleaned_up) == verdict(setback)


@pytest.mark.parametrize("step", [AI_VISUAL_ANALYSIS, RESIZE_OPTIMIZE])
def test_a_picture_that_is_served_is_never_poison(step: Step) -> None:
    """With variants present only that step fails; a late analysis says so in `degraded`."""
    before = replace(running(step), has_variants=True, deaths=2, crash_deaths=2, degraded="outage")

    setback = failed(before, step, death(), given())

    assert (False, False, False) == verdict(setback)
    assert FAILED == setback.checklist[step].status
    assert ("failed" if step is AI_VISUAL_ANALYSIS else "outage") == setback.checklist.degraded


@pytest.mark.parametrize(
    ("looks", "chance", "wait"),
    [
        (0, 1.0, 30 * SECOND),
        (0, HALF_WAIT, 15 * SECOND),
        (1, 1.0, 60 * SECOND),
        (6, 1.0, 1920 * SECOND),
        (7, 1.0, HOUR),
        (500, 1.0, HOUR),
    ],
)
def test_an_absent_file_is_looked_for_ever_more_seldom(looks: int, chance: float, wait: timedelta) -> None:
    """No attempt is spent, and waits grow to an hour."""
    before = replace(running(RETRIEVE_FILE, attempt=2), absent_since=NOW - HOUR, looks=looks)

    setback = failed(before, RETRIEVE_FILE, failure(Kind.ABSENT), given(chance, others_arrive=True))

    after = setback.checklist
    assert (False, False, False) == verdict(setback)
    assert (PENDING, 1) == (after[RETRIEVE_FILE].status, after[RETRIEVE_FILE].attempts)
    assert (NOW + wait, looks + 1, NOW - HOUR) == (after.not_before, after.looks, after.absent_since)


def test_bytes_in_between_end_an_absence() -> None:
    """Bytes that were there, though unusable, begin the time to give up anew."""
    before = replace(running(RETRIEVE_FILE), absent_since=NOW - DAY, looks=9)

    after = failed(before, RETRIEVE_FILE, failure(Kind.PERMANENT), given()).checklist

    assert (None, 0) == (after.absent_since, after.looks)


@pytest.mark.parametrize(
    ("absent_for", "others_arrive", "expected"),
    [
        (DAY, True, (True, False, True)),
        (DAY, False, (False, False, False)),
        (DAY - SECOND, True, (False, False, False)),
    ],
)
def test_giving_up_needs_time_and_others_bytes(
    absent_for: timedelta, expected: tuple[bool, bool, bool], *, others_arrive: bool
) -> None:
    """A day of absence proves nothing while nobody's bytes arrive: the fault may be the way, not the file."""
    before = replace(running(RETRIEVE_FILE), absent_since=NOW - absent_for, looks=30)

    setback = failed(before, RETRIEVE_FILE, failure(Kind.ABSENT), given(others_arrive=others_arrive))

    assert expected == verdict(setback)


@pytest.mark.parametrize("chance", [1.0, HALF_WAIT])
def test_after_a_day_the_look_is_hourly(chance: float) -> None:
    """Until somebody's bytes arrive."""
    before = replace(running(RETRIEVE_FILE), absent_since=NOW - 2 * DAY, looks=30)

    after = failed(before, RETRIEVE_FILE, failure(Kind.ABSENT), given(chance)).checklist

    assert NOW + HOUR == after.not_before


def test_a_suspect_that_is_gone_is_absent() -> None:
    """Absent at the second look: looked for again like any other, and the time to give up counts from now."""
    setback = failed(SUSPECTED, RETRIEVE_FILE, failure(Kind.ABSENT, None), given(others_arrive=True))

    assert (False, False, False) == verdict(setback)
    assert (PENDING, NOW) == (setback.checklist[RETRIEVE_FILE].status, setback.checklist.absent_since)


def test_what_quarantine_kept_and_is_still_no_good_has_no_other_bytes_to_wait_for() -> None:
    """Tried again on request: its temp file is gone, so that the first verdict stands."""
    setback = failed(replace(SUSPECTED, from_kept=True), RETRIEVE_FILE, failure(Kind.ABSENT), given())

    after = setback.checklist
    assert (True, False, False) == verdict(setback)
    assert after.last_error == Failure(Kind.PERMANENT, "truncated", "the file ends too early", BYTES)
