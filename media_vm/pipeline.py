"""One cycle of the worker, and one media's walk through its checklist. Read this first.

    pending at the main API
       │ remember          a row, status downloading
       ▼
    claim ── advance ──▶ retrieve_file ─▶ ai_visual_analysis ─▶ resize_optimize ─▶ update_callback
       ▲        │            bulk/            colours, hashes         library/          main API
       │        ▼
    due again ◀ release      What to do next is decided in rules/checklist.py, what a failure means in
                             rules/outcomes.py, and each step is a paragraph in steps.py.

The variant rows that `resize_optimize` writes are the hand-over to `serve`.
"""

from __future__ import annotations

import threading
from concurrent.futures import FIRST_COMPLETED, Future, wait
from contextlib import nullcontext, suppress
from dataclasses import replace
from datetime import datetime, timedelta

import structlog

from media_vm.errors import DatabaseDown, Deleted, LeaseLost, NoRoom, ProviderDown, StepFailed, TryAgain
from media_vm.failpoints import failpoint
from media_vm.outage import as_outage, held_back, probed, watch_disk
from media_vm.poll import last_wake, remember_pending
from media_vm.ports import World
from media_vm.providers_away import nobody_to_ask
from media_vm.removal import remove
from media_vm.rules.callbacks import EventKind
from media_vm.rules.checklist import Checklist, Finished, GaveUp, Redo, Run, Step, Wait, decide
from media_vm.rules.failures import UNEXPECTED, Failure, Kind, is_whole
from media_vm.rules.outages import turn
from media_vm.rules.outcomes import completed, failed, gave_up
from media_vm.rules.polish import put_off
from media_vm.rules.setbacks import Setting
from media_vm.spare_time import heal, let_go_of_the_left_behind, next_due, polish_next
from media_vm.steps import STEPS, late_news, measured_alone, new_event
from media_vm.supervision import threads_for_walks
from media_vm.values import Claim, Outcome
from media_vm.walk import Walk, begin_walk, let_go, record

log = structlog.get_logger()

ARRIVED_LATELY = timedelta(hours=1)
# A wake call must be seen within 5 s (contract §3); one small read every other second is no load.
LOOK_FOR_WAKE_EVERY = timedelta(seconds=2)
A_MOMENT = 0.05  # seconds
LOOK_AROUND_WHEN_BUSY_EVERY = timedelta(seconds=30)


def run_cycle(world: World) -> timedelta:
    """Poll, and walk all that is due, until nothing is; returns how long to rest.

    Several items are in flight at once, for most of their time is waiting for others. While any is, new uploads
    become known and abandoned leases are freed, however slow one of them may be.
    """
    let_go_of_the_left_behind(world)
    woken, poll_again = look_around(world)
    looked, walkers, number = world.clock(), set[Future[bool]](), world.items_in_flight
    with threads_for_walks(number, world.supervisor, world.step_limit * (1 + number)) as (threads, is_over):
        while True:
            world.supervisor.alive(f"{len(walkers)} at work")
            watch_disk(world)
            due = next_due(world, has_hands=len(walkers) < world.items_in_flight)
            if due == timedelta(0) and not world.stopping.is_set():
                if world.leases.free_expired(world.chance()):
                    failpoint("freed")
                free = number - len(walkers)
                walkers |= {threads.submit(walk_while_due, world, is_over) for _ in range(free)}
            if not walkers:
                if polish_next(world):
                    continue
                return min(poll_again, world.policy.idle if due is None else due)
            done, walkers = wait(walkers, LOOK_FOR_WAKE_EVERY.total_seconds(), FIRST_COMPLETED)
            found = [walker.result() for walker in done]
            if not (walkers or any(found)):
                world.stopping.wait(A_MOMENT)  # others are just taking all that is due
            if world.clock() - looked >= LOOK_AROUND_WHEN_BUSY_EVERY.total_seconds() or last_wake(world) != woken:
                (woken, poll_again), looked = look_around(world), world.clock()


def look_around(world: World) -> tuple[datetime | None, timedelta]:
    """Say that we live, poll, heal; returns when we were woken last, and how long until the next poll."""
    world.store.sign_on(world.worker)
    seen = last_wake(world), remember_pending(world)
    heal(world)
    return seen


def walk_while_due(world: World, is_over: threading.Event) -> bool:
    """Claim and advance one media after the other, until none is due, the worker is to stop or the cycle is over,
    since another walk met a database that is away; was there one?"""
    walked = False
    while not (world.stopping.is_set() or is_over.is_set()):
        with world.company.joined():
            claim = world.leases.claim(world.worker)
            if claim is None:
                break
            failpoint("claimed")
            walk_one(claim, world)
            walked = True
    return walked


def walk_one(claim: Claim, world: World) -> None:
    """As far as it goes now; a suspect alone, or not yet if another suspect waits for that."""
    is_suspect = claim.media.checklist.runs_alone and not claim.media.is_deleted
    company = world.company.left_by_the_others() if is_suspect else nullcontext(True)
    try:
        with begin_walk(claim, world) as walk, company as may_go:
            if may_go:
                go(walk, world)
            else:
                let_go(walk, walk.now() + min(world.policy.backoff, LOOK_FOR_WAKE_EVERY), world)
    except LeaseLost:
        log.warning("lease_lost", media_id=claim.media.id)
    except DatabaseDown:
        world.left_behind.append(claim)
        raise
    except Exception:  # one item's mishap ends neither the worker nor its neighbours
        log.exception("walk_broke", media_id=claim.media.id)
        with suppress(LeaseLost):
            world.leases.release(claim, claim.now + world.policy.idle)


def go(walk: Walk, world: World) -> None:
    """As far as it goes now; what was deleted goes for good, even if that was while a step was under way."""
    if walk.media.is_deleted:
        remove(walk, world)
        return
    try:
        advance(walk, world)
        log.info("media_advanced", **walk.summary())
    except Deleted:
        let_go(walk, walk.now(), world)


def advance(walk: Walk, world: World) -> None:
    """Do step after step until nothing is to be done now, or the worker is to stop: then whoever claims it next
    goes on. The claim spent the first step's attempt."""
    while not world.stopping.is_set():
        checklist = walk.media.checklist
        match decide(checklist, walk.now(), world.policy):
            case Run(step) if step is checklist.running:
                attempt(walk, step, world)
            case GaveUp(step):
                give_up(walk, step, world)
            case Wait(until):
                let_go(walk, until, world)
                return
            case Finished():
                let_go(walk, None, world)
                return
            case Run():
                break  # its attempt is not spent, as when one more event is to be told
    let_go(walk, walk.now(), world)


def attempt(walk: Walk, step: Step, world: World) -> None:
    """Run one step and record how it ended; one that waits for a party that is away is not even tried."""
    started = walk.progress()
    if walk.media.checklist.remakes is Redo.POLISH and not world.polishes:
        record(walk, put_off(walk.media.checklist), Outcome(step, is_held=True), world)
        return
    if (held := held_back(walk, step, world) or nobody_to_ask(walk, step, world)) is not None:
        hold(walk, step, *held, world)
        return
    try:
        outcome = STEPS[step](walk, world)
        known = {
            "is_forgotten": outcome.is_forgotten,
            "awaits_polish": outcome.awaits_polish,
            "from_kept": outcome.original is not None and walk.from_kept,
        }
        checklist = completed(walk.media.checklist, step, outcome.degraded, **known)
        probed(walk, step, world)
    except StepFailed as failure:
        if failure.failure.child_died and world.stopping.is_set():
            return  # whoever stops us may have ended the child too: nobody's death, and the attempt is given back
        checklist, outcome = after_failure(walk, step, failure, world)
    except (LeaseLost, DatabaseDown):
        raise
    except Exception:
        log.exception("step_broke", media_id=walk.media.id, step=step.value)
        bug = TryAgain(UNEXPECTED, "an unexpected error; its traceback is in the worker's log")
        checklist, outcome = after_failure(walk, step, bug, world)
    record(walk, checklist, replace(outcome, took=walk.now() - started), world)


def hold(walk: Walk, step: Step, failure: Failure, until: datetime, world: World) -> None:
    """Wait with all the others for the next probe, no attempt spent and nothing added to the history."""
    given = Setting(walk.now(), world.policy, world.chance(), held_until=until)
    setback = failed(walk.media.checklist, step, failure, given)
    analysis = measured_alone(walk, world) if step is Step.AI_VISUAL_ANALYSIS else None
    record(walk, setback.checklist, Outcome(step, analysis=analysis, failure=failure, is_held=True), world)


def after_failure(walk: Walk, step: Step, error: StepFailed, world: World) -> tuple[Checklist, Outcome]:
    """Ask the rules what a failure means; put its bytes aside and tell the main API if they say so."""
    own = replace(error.failure, fingerprint=error.failure.fingerprint or walk.fingerprint)
    failure, outage = as_outage(walk, step, own, world)
    given = Setting(
        walk.now(),
        world.policy,
        world.chance(),
        others_arrive=world.store.arrived_lately(walk.media.id, ARRIVED_LATELY),
        held_until=turn(outage.until, outage.failures) if outage else None,
        outage_turn=outage.failures if outage else 0,
        outage_party=outage.party if outage else None,
        from_kept=walk.from_kept,
    )
    setback = failed(walk.media.checklist, step, failure, given)
    judged = setback.checklist
    final = judged.last_error if judged.last_error and judged.last_error_step is step else failure
    if setback.quarantine:
        try:
            world.files.quarantine(walk.evidence(), walk.media.id, final)
            failpoint("quarantined")
        except (NoRoom, ProviderDown) as full:  # bytes that cannot be put aside may not be condemned
            return after_failure(walk, step, full, world)
    cleanup = new_event(EventKind.CLEANUP, walk.media, None, world) if setback.cleanup else None
    return setback.checklist, Outcome(
        step,
        note=str(error),
        analysis=walk.found,
        failure=final,
        new_event=cleanup or late_news(walk, setback.checklist, world),
        quarantined=setback.quarantine and is_whole(failure),
    )


def give_up(walk: Walk, step: Step, world: World) -> None:
    """Attempts were spent and nobody recorded how the last one ended."""
    failure = Failure(Kind.TRANSIENT, "attempts_spent", "the outcome of the last attempt was never recorded")
    given = Setting(walk.now(), world.policy, world.chance())
    checklist = gave_up(replace(walk.media.checklist, last_error=failure, last_error_step=step), step, given)
    record(walk, checklist, Outcome(step, note=failure.detail, failure=failure), world)
