"""What the outcome of a step does to its checklist (contract §5.3–§5.6)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from media_vm.rules.backoff import LONGEST, backoff
from media_vm.rules.callbacks import INSIST_EVERY, INSIST_FOR, EventKind, OpenEvent
from media_vm.rules.checklist import Checklist, Step, StepStatus, Suspect, give_back
from media_vm.rules.failures import Failure, Kind
from media_vm.rules.healing import to_heal_analysis, to_heal_item
from media_vm.rules.listing import WITHDRAWN
from media_vm.rules.lost_originals import ORIGINAL_LOST, ORIGINAL_RETIRED, fetched_again, was_lost_before
from media_vm.rules.outages import OUT_OF_MONEY, outlived
from media_vm.rules.polish import ends_polish, is_polish, unpolished
from media_vm.rules.rounds import fresh_round
from media_vm.rules.setbacks import Setback, Setting

DEATHS_THAT_CONDEMN = 3
PROBE_AI_EVERY = timedelta(hours=1)


def completed(
    checklist: Checklist,
    step: Step,
    degraded: str | None = None,
    *,
    is_forgotten: bool = False,
    from_kept: bool = False,
    awaits_polish: bool = False,
) -> Checklist:
    """The step did its work; its own waits and error are over, and so is a retry on request, unless an old event
    was all that was told. degraded: what an analysis still lacks. is_forgotten: the main API knows it no more.
    from_kept: the bytes came out of quarantine. awaits_polish: the variants could be smaller."""
    is_open = checklist.redoes_variants and step is not Step.RESIZE_OPTIMIZE
    redo = checklist.redo if is_open or step is Step.UPDATE_CALLBACK else None
    done = replace(checklist.with_entry(step, StepStatus.COMPLETED), running=None, redo=redo)
    done = replace(outlived(done, step), worker_deaths=0)
    if step is checklist.last_error_step:
        done = replace(done, last_error=None, last_error_step=None)
    match step:
        case Step.RETRIEVE_FILE:
            return replace(fresh_round(done), not_before=None, absent_since=None, looks=0, from_kept=from_kept)
        case Step.AI_VISUAL_ANALYSIS:
            return replace(done, ai_not_before=None, ai_heal_at=None, degraded=degraded)
        case Step.RESIZE_OPTIMIZE:
            return replace(done, not_before=None, has_variants=True, remakes=None, awaits_polish=awaits_polish)
    return replace(done, open_event=None, is_forgotten=is_forgotten)


def announced(checklist: Checklist, kind: EventKind, now: datetime) -> Checklist:
    """A new event is to be told: `update_callback` is pending again, its attempts fresh. Events go in order,
    so one that is still open stays in front."""
    event = checklist.open_event or OpenEvent(kind, created_at=now, due_at=now)
    fresh = checklist.with_entry(Step.UPDATE_CALLBACK, StepStatus.PENDING, attempts=0)
    return replace(fresh, open_event=event)


def withdrawn(checklist: Checklist) -> Checklist:
    """The main API lists it no more, and its bytes never came: failed, and nobody needs to be told."""
    over = gave_up(give_back(checklist), Step.RETRIEVE_FILE)
    return replace(over, last_error=WITHDRAWN, last_error_step=Step.RETRIEVE_FILE, heal_at=None)


def is_proof(checklist: Checklist, fingerprint: str | None) -> bool:
    """Are these the very bytes that were found unusable before?"""
    return checklist.suspect is not None and checklist.suspect.fingerprint == fingerprint


def gave_up(checklist: Checklist, step: Step, given: Setting | None = None) -> Checklist:
    """The step has failed, and what was asked of it with it; healing or another request begins anew.

    An event that was insisted on for long enough is closed, so that it stands before no newer one.
    """
    over = replace(checklist.with_entry(step, StepStatus.FAILED), running=None, redo=None)
    match step:
        case Step.RESIZE_OPTIMIZE:
            over = replace(over, remakes=None)
        case Step.AI_VISUAL_ANALYSIS:
            over = replace(over, degraded="failed")
            return to_heal_analysis(over, given.now, given.policy) if given else over
        case Step.UPDATE_CALLBACK:
            return replace(over, open_event=None)
    return to_heal_item(over, given.now, given.policy) if given else over


def failed(checklist: Checklist, step: Step, failure: Failure, given: Setting) -> Setback:
    """The verdict on a failed step, by the kind of its failure."""
    if is_polish(checklist, step):
        return Setback(_not_polished(checklist, step, failure, given))
    if failure.reason == ORIGINAL_RETIRED:  # no attempt, round or fetch brings it back
        over = replace(give_back(checklist), last_error=failure, last_error_step=step)
        return Setback(gave_up(over, step))
    if failure.reason == ORIGINAL_LOST and not was_lost_before(checklist):
        return Setback(fetched_again(checklist, step, failure))
    return _judged(checklist, step, failure, given)


def _not_polished(checklist: Checklist, step: Step, failure: Failure, given: Setting) -> Checklist:
    """It waits for what will be back, or is over; either way nothing is wrong with the picture."""
    if ends_polish(failure):
        return unpolished(checklist)
    held = _judged(checklist, step, failure, given).checklist
    return replace(held, last_error=checklist.last_error, last_error_step=checklist.last_error_step)


def _judged(checklist: Checklist, step: Step, failure: Failure, given: Setting) -> Setback:
    checklist = replace(checklist, last_error=failure, last_error_step=step)
    if given.outage_turn:
        checklist = replace(checklist, outage_turn=given.outage_turn, outage_party=given.outage_party)
    if step is Step.UPDATE_CALLBACK:
        return Setback(_callback_failed(checklist, failure, given))
    if _blames_other_bytes(checklist, failure):
        checklist = fresh_round(checklist)
    if failure.child_died:
        deaths, crashes = checklist.deaths + 1, checklist.crash_deaths + failure.crash_signal
        checklist = replace(checklist, deaths=deaths, crash_deaths=crashes)
        if checklist.deaths >= DEATHS_THAT_CONDEMN:
            return _poisoned(checklist, step, failure, given)
    if step is Step.AI_VISUAL_ANALYSIS:
        return Setback(_analysis_failed(checklist, failure, given))
    match failure.kind:
        case Kind.PERMANENT | Kind.POISON:
            return _unusable(checklist, step, failure, given)
        case Kind.ABSENT:
            return _absent(checklist, given)
        case Kind.OUTAGE | Kind.MISCONFIGURED:
            return Setback(replace(give_back(checklist), not_before=_held_until(failure, given)))
    return Setback(_spent(checklist, step, failure, given))


def _blames_other_bytes(checklist: Checklist, failure: Failure) -> bool:
    """Is something wrong with bytes again, but with others than those suspected?"""
    blames = failure.child_died or failure.kind in (Kind.PERMANENT, Kind.POISON)
    return blames and checklist.suspect is not None and not is_proof(checklist, failure.fingerprint)


def _spent(checklist: Checklist, step: Step, failure: Failure, given: Setting) -> Checklist:
    """Transient, timeout, local_resource: an attempt is gone; after the last the step has failed. A death is
    counted apart, so its attempt comes back."""
    checklist = give_back(checklist) if failure.child_died else replace(checklist, running=None)
    attempts = checklist[step].attempts
    if attempts >= given.policy.max_attempts:
        return gave_up(checklist, step, given)
    tries = checklist.deaths if failure.child_died else attempts
    return replace(checklist, not_before=given.now + _wait(tries, failure, given))


def _analysis_failed(checklist: Checklist, failure: Failure, given: Setting) -> Checklist:
    """The walk goes on without it (contract §5.4); the step has a not-before time of its own."""
    if failure.kind in (Kind.OUTAGE, Kind.MISCONFIGURED):
        due = _held_until(failure, given, refused=PROBE_AI_EVERY)
        degraded = "budget" if failure.reason == OUT_OF_MONEY else failure.kind.value
        return replace(give_back(checklist), ai_not_before=due, degraded=degraded)
    after = replace(checklist, running=None, degraded="failed")
    attempts = after[Step.AI_VISUAL_ANALYSIS].attempts
    if attempts >= given.policy.max_attempts:
        return gave_up(after, Step.AI_VISUAL_ANALYSIS, given)
    due = given.now + _wait(attempts, failure, given)
    return replace(after, ai_not_before=max(due, given.held_until or due))  # who is away may answer too by then


def _unusable(checklist: Checklist, step: Step, failure: Failure, given: Setting) -> Setback:
    """Proven by the same bytes twice: failed, and cleaned up. Once only: one more look, no attempt spent. Of what
    is live already only the request fails: it does not hang on other bytes."""
    if checklist.has_variants and step is Step.RESIZE_OPTIMIZE:
        return Setback(gave_up(checklist, step))
    if is_proof(checklist, failure.fingerprint):
        condemned = gave_up(give_back(checklist), Step.RETRIEVE_FILE)
        by_crash = checklist.crash_deaths >= DEATHS_THAT_CONDEMN
        is_proven = failure.kind is Kind.PERMANENT or by_crash
        # Once a `complete` was sent nothing is cleaned up: variants exist, and their event with them.
        return Setback(condemned, cleanup=is_proven and not checklist.has_variants)
    return _suspected(checklist, step, failure, given)


def _poisoned(checklist: Checklist, step: Step, failure: Failure, given: Setting) -> Setback:
    """The third death: poison before any attempt rule; with variants present only that step fails."""
    poison = replace(failure, kind=Kind.POISON)
    checklist = replace(checklist, last_error=poison)
    if checklist.has_variants:
        return Setback(gave_up(checklist, step))
    return _suspected(checklist, step, poison, given)


def _suspected(checklist: Checklist, step: Step, failure: Failure, given: Setting) -> Setback:
    """Back to `retrieve_file`, which looks once more after MEDIA_VM_CONFIRM_SECONDS, whatever it took to get the
    bytes the first time; they were there, so that absence would begin anew."""
    if failure.fingerprint is None:  # nothing will tell the same bytes again: no proof, and no cleanup
        return Setback(gave_up(checklist, step), quarantine=True)
    again = give_back(checklist).with_entry(Step.RETRIEVE_FILE, StepStatus.PENDING, attempts=0)
    suspect = Suspect(failure.kind, failure.reason, failure.detail, failure.fingerprint)
    look_again = given.now + given.policy.confirm
    suspected = replace(again, suspect=suspect, not_before=look_again, absent_since=None, looks=0)
    return Setback(replace(suspected, from_kept=given.from_kept or checklist.from_kept), quarantine=True)


def _absent(checklist: Checklist, given: Setting) -> Setback:
    """Looked for again, ever more seldom; ended only by time *and* a sign that others' bytes do arrive. What was
    tried again out of quarantine, and is still no good, has no other bytes to wait for."""
    if checklist.from_kept and checklist.suspect:
        known = checklist.suspect
        error = Failure(known.kind, known.reason, known.detail, known.fingerprint)
        return Setback(gave_up(replace(give_back(checklist), last_error=error), Step.RETRIEVE_FILE))
    since = checklist.absent_since or given.now
    looks = checklist.looks + 1
    checklist = replace(give_back(checklist), absent_since=since, looks=looks)
    if given.now - since < given.policy.give_up:
        wait = backoff(given.policy.backoff, looks, given.chance)
        return Setback(replace(checklist, not_before=given.now + wait))
    if given.others_arrive:
        return Setback(gave_up(checklist, Step.RETRIEVE_FILE), cleanup=not checklist.has_variants)
    return Setback(replace(checklist, not_before=given.now + LONGEST))


def _callback_failed(checklist: Checklist, failure: Failure, given: Setting) -> Checklist:
    """Three attempts by backoff, then hourly for 7 days; a failed callback never fails a media."""
    event = checklist.open_event
    assert event is not None, "update_callback runs only with an open event"
    if failure.kind in (Kind.OUTAGE, Kind.MISCONFIGURED):
        held = replace(event, due_at=_held_until(failure, given))
        return replace(give_back(checklist), open_event=held)
    checklist = replace(checklist, running=None)
    if given.now - event.created_at >= INSIST_FOR:
        return gave_up(checklist, Step.UPDATE_CALLBACK)
    attempts = checklist[Step.UPDATE_CALLBACK].attempts
    by_backoff = attempts < given.policy.max_attempts and event.kind is not EventKind.CLEANUP
    wait = _wait(attempts, failure, given) if by_backoff else INSIST_EVERY
    return replace(checklist, open_event=replace(event, due_at=given.now + wait))


def _wait(tries: int, failure: Failure, given: Setting) -> timedelta:
    """By backoff, or as long as we were asked to."""
    wait = backoff(given.policy.backoff, tries, given.chance)
    return max(wait, failure.retry_after or wait)


def _held_until(failure: Failure, given: Setting, refused: timedelta | None = None) -> datetime:
    """No jitter: all that one outage holds falls due together, so that age order stays (contract §5.3).
    refused: how often a party that refuses our key is tried again, else MEDIA_VM_IDLE_SECONDS."""
    if given.held_until is not None:
        return given.held_until
    policy = given.policy
    usual = (refused or policy.idle) if failure.kind is Kind.MISCONFIGURED else policy.backoff
    return given.now + max(usual, failure.retry_after or usual)
