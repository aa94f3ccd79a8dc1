"""Further rounds, vanished workers, new requests: what each does to a checklist."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from media_vm.rules.checklist import Checklist, Redo, Step
from media_vm.rules.failures import Failure, Kind
from media_vm.rules.healing import healed, healed_analysis, heals_at, to_heal_item
from media_vm.rules.listing import WITHDRAWN, Listed, Relisted, is_withdrawn, relisted
from media_vm.rules.orphans import is_alarming, orphaned, patience
from media_vm.rules.outcomes import failed, withdrawn
from media_vm.rules.rounds import renewed
from tests.checklists import (
    COMPLETED,
    DAY,
    FAILED,
    HOUR,
    NOW,
    PENDING,
    POLICY,
    attempts,
    columns,
    failure,
    given,
    running,
    statuses,
    suspect,
)


def failed_by(kind: Kind) -> Checklist:
    return replace(columns(COMPLETED, COMPLETED, FAILED), last_error=failure(kind))


@pytest.mark.parametrize(("rounds", "expected"), [(0, HOUR), (1, 12 * HOUR), (2, None)])
def test_the_second_round_is_much_later_and_the_last(rounds: int, expected: timedelta | None) -> None:
    """An hour, twelve hours, never."""
    assert (NOW + expected if expected else None) == heals_at(rounds, NOW, POLICY)


@pytest.mark.parametrize("kind", Kind)
def test_only_want_of_luck_is_healed(kind: Kind) -> None:
    """What bytes or their absence prove is not tried again."""
    is_healable = kind in (Kind.TRANSIENT, Kind.TIMEOUT, Kind.LOCAL_RESOURCE)

    assert is_healable is (to_heal_item(failed_by(kind), NOW, POLICY).heal_at is not None)


def test_a_further_round_repeats_only_what_failed() -> None:
    """Its attempts are fresh, and the round is counted."""
    again = healed(replace(failed_by(Kind.TRANSIENT), heal_at=NOW))

    assert [COMPLETED, COMPLETED, PENDING, PENDING] == statuses(again)
    assert 0 == again[Step.RESIZE_OPTIMIZE].attempts
    assert (1, None) == (again.heal_rounds, again.heal_at)


def test_an_analysis_has_rounds_of_its_own() -> None:
    """They take nothing from the item's."""
    gave_up = failed(
        running(Step.AI_VISUAL_ANALYSIS, 3), Step.AI_VISUAL_ANALYSIS, failure(Kind.TRANSIENT), given()
    )
    again = healed_analysis(gave_up.checklist)

    assert NOW + HOUR == gave_up.checklist.ai_heal_at
    assert PENDING is again[Step.AI_VISUAL_ANALYSIS].status
    assert (1, 0, None) == (again.ai_rounds, again.heal_rounds, again.ai_heal_at)


def test_a_vanished_worker_costs_no_attempt() -> None:
    """It is counted apart; a step that succeeds forgets it."""
    orphan = orphaned(running(Step.RETRIEVE_FILE))

    assert (0, 1, None) == (orphan[Step.RETRIEVE_FILE].attempts, orphan.worker_deaths, orphan.running)


@pytest.mark.parametrize(
    ("deaths", "waits", "alone", "alarming"),
    [(1, POLICY.backoff, False, False), (2, 2 * POLICY.backoff, True, False), (5, HOUR, True, True)],
)
def test_patience_grows_with_each_vanished_worker(
    deaths: int, waits: timedelta, alone: bool, alarming: bool
) -> None:
    """By backoff; alone from the second; once an hour, and told, from the fifth."""
    orphan = Checklist(worker_deaths=deaths)

    assert (waits, alone, alarming) == (patience(orphan, POLICY, 1.0), orphan.runs_alone, is_alarming(orphan))


@pytest.mark.parametrize("redo", [Redo.CROPS, Redo.FACE])
def test_variants_are_made_again_once_nothing_runs(redo: Redo) -> None:
    """Resize is pending again with its attempts; one that runs already is not disturbed."""
    live = replace(columns(COMPLETED, COMPLETED, COMPLETED, COMPLETED), has_variants=True, redo=redo)
    again = renewed(live)

    assert [COMPLETED, COMPLETED, PENDING, COMPLETED] == statuses(again)
    assert [1, 1, 0, 1] == attempts(again)
    assert renewed(replace(live, running=Step.UPDATE_CALLBACK)).running is Step.UPDATE_CALLBACK
    assert statuses(columns()) == statuses(renewed(replace(Checklist(), redo=redo)))


def listed(**changes: object) -> Listed:
    """Completed and answered an hour ago."""
    told = Listed(False, True, None, None, NOW - HOUR, 0, None)
    return replace(told, **changes)  # type: ignore[arg-type]


FAILED_LONG_AGO = {"has_failed": True, "has_variants": False, "closed_at": NOW - HOUR}


@pytest.mark.parametrize(
    ("media", "expected"),
    [
        (listed(), Relisted.SAME_EVENT),
        (listed(answered_at=NOW - timedelta(minutes=59)), Relisted.NOTHING),
        (listed(answered_at=NOW + HOUR), Relisted.NOTHING),
        (listed(answered_at=None), Relisted.NOTHING),
        (listed(resent=2, resent_at=NOW - HOUR), Relisted.SAME_EVENT),
        (listed(resent=3, resent_at=NOW - HOUR), Relisted.NOTHING),
        (listed(resent=3, resent_at=NOW - DAY), Relisted.NEW_EVENT),
        (listed(**FAILED_LONG_AGO), Relisted.FRESH_ROUND),
        (listed(**FAILED_LONG_AGO | {"closed_at": None}), Relisted.NOTHING),
        (listed(**FAILED_LONG_AGO | {"closed_at": NOW + HOUR}), Relisted.NOTHING),
        (listed(**FAILED_LONG_AGO, renewed_at=NOW - HOUR), Relisted.NOTHING),
        (listed(**FAILED_LONG_AGO, renewed_at=NOW - DAY), Relisted.FRESH_ROUND),
    ],
)
def test_what_follows_when_a_known_id_is_listed(media: Listed, expected: Relisted) -> None:
    """Only of a poll that began after we were answered, or after it was closed."""
    assert expected is relisted(media, NOW, POLICY)


@pytest.mark.parametrize(
    ("checklist", "has_original", "expected"),
    [
        (Checklist(), False, True),
        (Checklist(), True, False),
        (columns(FAILED), False, False),
        (columns(COMPLETED), False, False),
        (Checklist(suspect=suspect()), False, False),
    ],
)
def test_what_can_be_withdrawn(checklist: Checklist, has_original: bool, expected: bool) -> None:
    """Only what was never retrieved and is still looked for."""
    assert expected is is_withdrawn(checklist, has_original=has_original)


def test_the_withdrawn_is_failed_and_says_why() -> None:
    """And is never healed."""
    over = withdrawn(running(Step.RETRIEVE_FILE))
    error: Failure | None = over.last_error
    heals: datetime | None = over.heal_at

    assert FAILED is over[Step.RETRIEVE_FILE].status
    assert WITHDRAWN == error
    assert heals is None
