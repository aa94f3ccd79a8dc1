"""What is to be done with a media now, from its checklist and the time alone."""

from __future__ import annotations

from dataclasses import replace

import pytest

from media_vm.rules.callbacks import EventKind
from media_vm.rules.checklist import (
    Checklist,
    Decision,
    Finished,
    GaveUp,
    Run,
    Step,
    StepStatus,
    Wait,
    decide,
    give_back,
    spend,
)
from media_vm.rules.pictures import MediaStatus
from tests.checklists import (
    COMPLETED,
    FAILED,
    HOUR,
    NOW,
    PENDING,
    POLICY,
    SECOND,
    attempts,
    columns,
    opened,
    running,
    statuses,
)

RETRIEVE_FILE, AI_VISUAL_ANALYSIS, RESIZE_OPTIMIZE, UPDATE_CALLBACK = Step
LATER, SOONER, EARLIER = NOW + HOUR, NOW + SECOND, NOW - SECOND
WITH_VARIANTS = replace(columns(COMPLETED, COMPLETED, COMPLETED), has_variants=True)
AI_WAITS = replace(columns(COMPLETED), ai_not_before=LATER)
ANALYSIS_OPEN = replace(columns(COMPLETED, PENDING, COMPLETED, COMPLETED), has_variants=True)


@pytest.mark.parametrize(
    ("checklist", "expected"),
    [
        pytest.param(Checklist(), Run(RETRIEVE_FILE), id="new"),
        pytest.param(replace(Checklist(), not_before=LATER), Wait(LATER), id="absent: nothing overtakes it"),
        pytest.param(replace(Checklist(), not_before=NOW), Run(RETRIEVE_FILE), id="its time has come"),
        pytest.param(replace(Checklist(), not_before=EARLIER), Run(RETRIEVE_FILE), id="its time is over"),
        pytest.param(columns(COMPLETED), Run(AI_VISUAL_ANALYSIS), id="retrieved"),
        pytest.param(AI_WAITS, Run(RESIZE_OPTIMIZE), id="analysis waits, the walk steps over it"),
        pytest.param(replace(AI_WAITS, not_before=SOONER), Wait(SOONER), id="both wait: the sooner"),
        pytest.param(replace(AI_WAITS, not_before=LATER + HOUR), Wait(LATER), id="both wait: the analysis"),
        pytest.param(columns(COMPLETED, FAILED), Run(RESIZE_OPTIMIZE), id="analysis failed for good"),
        pytest.param(columns(COMPLETED, COMPLETED), Run(RESIZE_OPTIMIZE), id="analysed"),
        pytest.param(
            replace(WITH_VARIANTS, open_event=opened()), Run(UPDATE_CALLBACK), id="something is to be told"
        ),
        pytest.param(replace(WITH_VARIANTS, open_event=opened(at=LATER)), Wait(LATER), id="its next try is later"),
        pytest.param(WITH_VARIANTS, Finished(), id="nothing is to be told"),
        pytest.param(replace(ANALYSIS_OPEN, ai_not_before=LATER), Wait(LATER), id="told, analysis comes later"),
        pytest.param(ANALYSIS_OPEN, Run(AI_VISUAL_ANALYSIS), id="told, now the late analysis"),
        pytest.param(
            replace(ANALYSIS_OPEN, ai_not_before=LATER, open_event=opened(at=SOONER)),
            Wait(SOONER),
            id="analysis and callback wait: the sooner",
        ),
        pytest.param(
            replace(WITH_VARIANTS.with_entry(UPDATE_CALLBACK, COMPLETED), open_event=opened(EventKind.UPDATE)),
            Run(UPDATE_CALLBACK),
            id="one event answered, the next in line",
        ),
        pytest.param(
            WITH_VARIANTS.with_entry(UPDATE_CALLBACK, FAILED),
            Finished(),
            id="insisted for long enough",
        ),
        pytest.param(
            replace(WITH_VARIANTS.with_entry(UPDATE_CALLBACK, FAILED), open_event=opened()),
            Run(UPDATE_CALLBACK),
            id="something newer to tell",
        ),
        pytest.param(
            replace(WITH_VARIANTS, open_event=opened(), is_forgotten=True),
            Finished(),
            id="nobody there knows it",
        ),
        pytest.param(columns(FAILED), Finished(), id="nothing came, nothing to tell"),
        pytest.param(columns(COMPLETED, PENDING, FAILED), Finished(), id="failed: no late analysis"),
        pytest.param(
            replace(columns(FAILED), open_event=opened(EventKind.CLEANUP)),
            Run(UPDATE_CALLBACK),
            id="failed, a cleanup is owed",
        ),
        pytest.param(
            replace(WITH_VARIANTS.with_entry(RESIZE_OPTIMIZE, FAILED), open_event=opened()),
            Run(UPDATE_CALLBACK),
            id="a failed redo leaves the callback alone",
        ),
        pytest.param(
            ANALYSIS_OPEN.with_entry(RESIZE_OPTIMIZE, FAILED),
            Run(AI_VISUAL_ANALYSIS),
            id="nor does it end the late analysis",
        ),
        pytest.param(running(RESIZE_OPTIMIZE), Run(RESIZE_OPTIMIZE), id="its attempt is spent already"),
        pytest.param(
            replace(running(RETRIEVE_FILE, attempt=3), not_before=LATER),
            Run(RETRIEVE_FILE),
            id="the last attempt is spent but not over",
        ),
        pytest.param(
            Checklist().with_entry(RETRIEVE_FILE, attempts=3), GaveUp(RETRIEVE_FILE), id="attempts are spent"
        ),
        pytest.param(
            columns(COMPLETED).with_entry(AI_VISUAL_ANALYSIS, attempts=3),
            GaveUp(AI_VISUAL_ANALYSIS),
            id="attempts at the analysis are spent",
        ),
        pytest.param(
            replace(WITH_VARIANTS.with_entry(UPDATE_CALLBACK, attempts=99), open_event=opened()),
            Run(UPDATE_CALLBACK),
            id="attempts never end a callback",
        ),
    ],
)
def test_what_to_do_now(checklist: Checklist, expected: Decision) -> None:
    """The first open step whose time has come; the analysis alone may be stepped over."""
    assert expected == decide(checklist, NOW, POLICY)


def test_an_attempt_is_spent_before_the_work() -> None:
    """Spending names the step under way and counts its attempt; a second time changes nothing."""
    spent = spend(Checklist(), NOW, POLICY)

    assert RETRIEVE_FILE == spent.running
    assert [1, 0, 0, 0] == attempts(spent)
    assert spent == spend(spent, NOW, POLICY)


@pytest.mark.parametrize(
    "checklist",
    [
        pytest.param(replace(Checklist(), not_before=LATER), id="it waits"),
        pytest.param(columns(FAILED), id="it is finished"),
        pytest.param(Checklist().with_entry(RETRIEVE_FILE, attempts=3), id="no attempt is left"),
    ],
)
def test_nothing_is_spent_when_nothing_runs(checklist: Checklist) -> None:
    """Claiming an item that has nothing to do costs it nothing."""
    assert checklist == spend(checklist, NOW, POLICY)


def test_the_next_event_in_line_has_attempts_of_its_own() -> None:
    """After three attempts at one event, the first at the next one is the first."""
    answered = WITH_VARIANTS.with_entry(UPDATE_CALLBACK, COMPLETED, attempts=3)

    spent = spend(replace(answered, open_event=opened(EventKind.UPDATE)), NOW, POLICY)

    assert PENDING == spent[UPDATE_CALLBACK].status
    assert 1 == spent[UPDATE_CALLBACK].attempts


@pytest.mark.parametrize("attempt", [1, 3])
def test_an_attempt_without_an_outcome_is_given_back(attempt: int) -> None:
    """A worker that died or let go costs the item no attempt."""
    given_back = give_back(running(RESIZE_OPTIMIZE, attempt))

    assert given_back.running is None
    assert attempt - 1 == given_back[RESIZE_OPTIMIZE].attempts


def test_nothing_is_given_back_when_nothing_runs() -> None:
    """An item that waits keeps the attempts that it used."""
    checklist = Checklist().with_entry(RETRIEVE_FILE, attempts=2)

    assert checklist == give_back(checklist)


def test_attempts_never_become_negative() -> None:
    """A row whose counter was set to nought by hand stays readable."""
    assert 0 == give_back(running(RETRIEVE_FILE, attempt=0))[RETRIEVE_FILE].attempts


@pytest.mark.parametrize(
    ("checklist", "expected"),
    [
        (Checklist(), MediaStatus.DOWNLOADING),
        (columns(COMPLETED), MediaStatus.PROCESSING),
        (columns(COMPLETED, FAILED), MediaStatus.PROCESSING),
        (WITH_VARIANTS, MediaStatus.COMPLETED),
        (replace(columns(COMPLETED, PENDING, COMPLETED), has_variants=True), MediaStatus.COMPLETED),
        (replace(columns(COMPLETED, FAILED, COMPLETED, FAILED), has_variants=True), MediaStatus.COMPLETED),
        (columns(FAILED), MediaStatus.FAILED),
        (columns(COMPLETED, COMPLETED, FAILED), MediaStatus.FAILED),
        (replace(columns(FAILED, COMPLETED, FAILED), has_variants=True), MediaStatus.COMPLETED),
    ],
)
def test_the_status_follows_from_the_steps(checklist: Checklist, expected: MediaStatus) -> None:
    """Completed from the first variants on, whatever callback and analysis do; failed only without any."""
    assert expected == checklist.status


def test_a_column_changes_alone() -> None:
    """Changing one entry leaves the others, and the checklist it came from, as they were."""
    before = columns(COMPLETED)

    after = before.with_entry(RESIZE_OPTIMIZE, StepStatus.FAILED, attempts=2)

    assert [COMPLETED, PENDING, FAILED, PENDING] == statuses(after)
    assert [1, 0, 2, 0] == attempts(after)
    assert [COMPLETED, PENDING, PENDING, PENDING] == statuses(before)
