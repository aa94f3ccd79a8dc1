"""When a failure is nobody's own but a party's, and when that party is tried again."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from media_vm.rules.checklist import Checklist, Step
from media_vm.rules.failures import Failure, Kind
from media_vm.rules.findings import Provider
from media_vm.rules.outages import (
    BELOW_FLOOR,
    OUT_OF_MONEY,
    STORAGE_FULL,
    Alike,
    Outage,
    Party,
    goes_on,
    holds_back,
    is_outage,
    is_own,
    is_policy,
    outlived,
    party_at_fault,
    released,
    turn,
)
from tests.checklists import HOUR, NOW, OTHER_BYTES, POLICY, death, failure

ALONE, MANY, ONE_USERS = Alike(1, 1), Alike(3, 2), Alike(9, 1)
KNOWN = Outage(Party.TEMP_FILES, NOW - HOUR, NOW, Kind.OUTAGE, "temp_file_missing")


@pytest.mark.parametrize(
    ("step", "trouble", "expected"),
    [
        (Step.RETRIEVE_FILE, failure(Kind.TRANSIENT), Party.TEMP_FILES),
        (Step.RETRIEVE_FILE, failure(Kind.PERMANENT), Party.TEMP_FILES),
        (Step.AI_VISUAL_ANALYSIS, replace(failure(Kind.OUTAGE), provider=Provider.GOOGLE), Party.GOOGLE),
        (Step.AI_VISUAL_ANALYSIS, replace(failure(Kind.TRANSIENT), provider=Provider.OLLAMA), Party.OLLAMA),
        (Step.AI_VISUAL_ANALYSIS, Failure(Kind.OUTAGE, STORAGE_FULL, "", provider=Provider.GOOGLE), Party.DISK),
        (Step.AI_VISUAL_ANALYSIS, failure(Kind.PERMANENT), None),
        (Step.UPDATE_CALLBACK, failure(Kind.MISCONFIGURED), Party.CALLBACKS),
        (Step.RESIZE_OPTIMIZE, failure(Kind.TRANSIENT), None),
        (Step.RESIZE_OPTIMIZE, Failure(Kind.OUTAGE, STORAGE_FULL, ""), Party.DISK),
        (Step.RETRIEVE_FILE, Failure(Kind.OUTAGE, BELOW_FLOOR, ""), Party.DISK),
        (Step.RETRIEVE_FILE, failure(Kind.LOCAL_RESOURCE), None),
        (Step.RETRIEVE_FILE, death(), None),
    ],
)
def test_who_may_be_away(step: Step, trouble: Failure, expected: Party | None) -> None:
    """By the step, of an analysis the provider that was asked; a full disk is the disk's whatever the step, and
    a death is nobody's but the file's."""
    assert expected is party_at_fault(step, trouble)


@pytest.mark.parametrize(
    ("trouble", "alike", "known", "poll_fails", "expected"),
    [
        (failure(Kind.OUTAGE), ALONE, None, False, True),
        (failure(Kind.MISCONFIGURED), ALONE, None, False, True),
        (failure(Kind.TRANSIENT), ALONE, None, False, False),
        (failure(Kind.TRANSIENT), ALONE, None, True, True),
        (failure(Kind.ABSENT), MANY, None, False, True),
        (failure(Kind.ABSENT), ONE_USERS, None, False, False),
        (failure(Kind.PERMANENT), ALONE, None, True, True),
        (failure(Kind.PERMANENT), MANY, None, False, True),
        (failure(Kind.ABSENT), ALONE, KNOWN, False, True),
        (failure(Kind.PERMANENT), ALONE, KNOWN, False, False),
        (failure(Kind.PERMANENT), ALONE, replace(KNOWN, fingerprint="sha256:aa"), False, True),
        (failure(Kind.PERMANENT, OTHER_BYTES), ALONE, replace(KNOWN, fingerprint="sha256:aa"), False, False),
    ],
)
def test_whose_failure_it_is(
    trouble: Failure, alike: Alike, known: Outage | None, poll_fails: bool, expected: bool
) -> None:
    """Three items of two users, or the poll too; and a probe that brings a picture ends it, sound or not."""
    assert expected is is_outage(trouble, alike, known, poll_fails=poll_fails)


def test_probes_come_ever_more_seldom() -> None:
    """At the backoff first, at half of what it has lasted, at most every idle time."""
    begun = goes_on(None, Party.CALLBACKS, failure(Kind.TRANSIENT), NOW, POLICY)
    later = goes_on(begun, Party.CALLBACKS, failure(Kind.TRANSIENT), NOW + timedelta(minutes=4), POLICY)
    at_last = goes_on(begun, Party.CALLBACKS, failure(Kind.TRANSIENT), NOW + HOUR, POLICY)

    assert [POLICY.backoff, timedelta(minutes=2), POLICY.idle] == [
        begun.until - NOW,
        later.until - NOW - timedelta(minutes=4),
        at_last.until - NOW - HOUR,
    ]
    assert NOW == later.since == at_last.since


@pytest.mark.parametrize(
    ("party", "kind", "pause"),
    [
        (Party.MAIN_API, Kind.OUTAGE, POLICY.backoff),
        (Party.MAIN_API, Kind.MISCONFIGURED, POLICY.idle),
        (Party.CALLBACKS, Kind.MISCONFIGURED, POLICY.idle),
        (Party.OPENROUTER, Kind.MISCONFIGURED, HOUR),
    ],
)
def test_polls_go_on_and_refused_keys_are_tried_seldom(party: Party, kind: Kind, pause: timedelta) -> None:
    """However long it has lasted."""
    known = Outage(party, NOW - 9 * HOUR, NOW, kind, "some_reason")

    assert NOW + pause == goes_on(known, party, failure(kind), NOW, POLICY).until


def test_retry_after_is_honoured() -> None:
    """When it is longer than our own pause."""
    asked = failure(Kind.OUTAGE, retry_after=2 * HOUR)

    assert NOW + 2 * HOUR == goes_on(None, Party.CALLBACKS, asked, NOW, POLICY).until


def test_the_bytes_that_come_for_everything_are_remembered() -> None:
    """From the first failure on; an outage of another kind has none."""
    same_bytes = goes_on(None, Party.TEMP_FILES, failure(Kind.PERMANENT), NOW, POLICY)
    missing = goes_on(None, Party.TEMP_FILES, failure(Kind.ABSENT), NOW, POLICY)

    assert ("sha256:aa", None) == (same_bytes.fingerprint, missing.fingerprint)
    assert Kind.OUTAGE is same_bytes.kind


@pytest.mark.parametrize(
    ("party", "kind", "held"),
    [
        (Party.MAIN_API, Kind.OUTAGE, set()),
        (Party.MAIN_API, Kind.MISCONFIGURED, {Step.RETRIEVE_FILE, Step.UPDATE_CALLBACK}),
        (Party.TEMP_FILES, Kind.OUTAGE, {Step.RETRIEVE_FILE}),
        (Party.CALLBACKS, Kind.OUTAGE, {Step.UPDATE_CALLBACK}),
        (Party.GOOGLE, Kind.OUTAGE, set()),
        (Party.DISK, Kind.OUTAGE, {Step.RETRIEVE_FILE, Step.AI_VISUAL_ANALYSIS, Step.RESIZE_OPTIMIZE}),
    ],
)
def test_who_waits_for_whom(party: Party, kind: Kind, held: set[Step]) -> None:
    """Only the steps that need the party; a full disk holds back all but the news. One provider of AI alone holds
    nothing back."""
    outage = Outage(party, NOW, NOW, kind, "some_reason")

    assert held == {step for step in Step if holds_back(outage, step)}


@pytest.mark.parametrize(("failures", "milliseconds"), [(0, 0), (1, 1), (7, 7), (5000, 1000)])
def test_who_failed_last_comes_last(failures: int, milliseconds: int) -> None:
    """Behind those who never failed, and within the second that the others leave."""
    assert NOW + timedelta(milliseconds=milliseconds) == turn(NOW, failures)


@pytest.mark.parametrize(
    ("trouble", "known", "failed_in", "expected"),
    [
        (failure(Kind.ABSENT), None, Party.TEMP_FILES, True),
        (failure(Kind.MISCONFIGURED), None, Party.TEMP_FILES, True),
        (failure(Kind.OUTAGE), None, Party.TEMP_FILES, True),
        (failure(Kind.OUTAGE), None, None, True),  # of a row that an older version wrote
        (failure(Kind.OUTAGE), None, Party.DISK, False),
        (failure(Kind.OUTAGE), KNOWN, Party.TEMP_FILES, False),
        (failure(Kind.OUTAGE, retry_after=HOUR), None, Party.TEMP_FILES, False),
        (Failure(Kind.OUTAGE, "unreachable", ""), None, Party.TEMP_FILES, False),
        (Failure(Kind.OUTAGE, "busy", ""), None, Party.TEMP_FILES, False),
        (Failure(Kind.OUTAGE, OUT_OF_MONEY, ""), None, Party.TEMP_FILES, False),
    ],
)
def test_whose_turn_is_over_has_trouble_of_its_own(
    trouble: Failure, known: Outage | None, failed_in: Party | None, expected: bool
) -> None:
    """Once that very party was back; one that cannot be reached, or is asked too often, is away for everybody."""
    checklist = replace(Checklist(), outage_turn=2, outage_party=failed_in)

    assert expected is is_own(trouble, known, Party.TEMP_FILES, checklist)
    assert not is_own(trouble, known, Party.TEMP_FILES, Checklist())


@pytest.mark.parametrize(
    ("party", "step", "kept"),
    [
        (Party.OPENAI, Step.RESIZE_OPTIMIZE, True),
        (Party.GOOGLE, Step.UPDATE_CALLBACK, True),
        (Party.OPENAI, Step.AI_VISUAL_ANALYSIS, False),
        (Party.TEMP_FILES, Step.RETRIEVE_FILE, False),
        (None, Step.RETRIEVE_FILE, False),
    ],
)
def test_a_turn_lasts_until_the_party_answers(party: Party | None, step: Step, kept: bool) -> None:
    """A picture that goes live meanwhile has not been described for that."""
    failed = replace(Checklist(), outage_turn=2, outage_party=party)

    assert (failed if kept else Checklist()) == outlived(failed, step)


@pytest.mark.parametrize("reason", ["original_lost", "unexpected"])
def test_what_we_did_is_nobody_elses_fault(reason: str) -> None:
    """Three items that met our own bug are no outage."""
    assert party_at_fault(Step.AI_VISUAL_ANALYSIS, replace(failure(Kind.TRANSIENT), reason=reason)) is None


@pytest.mark.parametrize(
    ("party", "waits"),
    [
        (Party.TEMP_FILES, (None, NOW)),
        (Party.MAIN_API, (None, NOW)),
        (Party.DISK, (None, NOW)),
        (Party.OLLAMA, (NOW, None)),
        (Party.CALLBACKS, (NOW, NOW)),
    ],
)
def test_what_waited_for_a_party_waits_no_longer(party: Party, waits: tuple[object, object]) -> None:
    """The bytes' own wait, or the analysis'; news have due times of their own."""
    waiting = replace(Checklist(), not_before=NOW, ai_not_before=NOW)
    after = released(waiting, party)

    assert waits == (after.not_before, after.ai_not_before)


@pytest.mark.parametrize(
    ("provider", "reason", "expected"),
    [(Provider.OPENAI, "refused", True), (Provider.OPENAI, "off_schema", False), (None, "refused", False)],
)
def test_a_refusal_of_the_main_apis_is_nobodys_policy(
    provider: Provider | None, reason: str, expected: bool
) -> None:
    """Its 500 for everybody's news has the same name, and is an outage once three met it."""
    assert expected is is_policy(Failure(Kind.TRANSIENT, reason, "500", provider=provider))
