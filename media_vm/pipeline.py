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

from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import replace
from datetime import datetime, timedelta

import structlog

from media_vm.errors import DatabaseDown, LeaseLost, Misconfigured, NoRoom, ProviderDown, StepFailed, TryAgain
from media_vm.ports import World
from media_vm.rules.callbacks import EventKind
from media_vm.rules.checklist import Checklist, Finished, GaveUp, Run, Step, StepStatus, Wait, decide, spend
from media_vm.rules.failures import Failure, Kind, is_whole
from media_vm.rules.outcomes import Setting, announced, completed, failed, gave_up
from media_vm.steps import STEPS, new_event
from media_vm.values import Original, Outcome
from media_vm.walk import Walk, begin_walk

log = structlog.get_logger()

ARRIVED_LATELY = timedelta(hours=1)
# A wake call must be seen within 5 s (contract §3); one small read every other second is no load.
LOOK_FOR_WAKE_EVERY = timedelta(seconds=2)
POLL_WHEN_BUSY_EVERY = timedelta(seconds=30)


def run_cycle(world: World) -> timedelta:
    """Poll, and walk all that is due, until nothing is; returns how long to rest.

    Several items are in flight at once, for most of their time is waiting for others. While any is, new uploads
    become known and abandoned leases are freed, however slow one of them may be.
    """
    woken, poll_again = last_wake(world), remember_pending(world)
    polled, walkers = world.clock(), set[Future[None]]()
    with ThreadPoolExecutor(world.items_in_flight, thread_name_prefix="walk") as threads:
        while True:
            due = world.leases.next_due()
            if due == timedelta(0) and not world.stopping.is_set():
                world.leases.free_expired()
                free = world.items_in_flight - len(walkers)
                walkers |= {threads.submit(walk_while_due, world) for _ in range(free)}
            if not walkers:
                return min(poll_again, world.policy.idle if due is None else due)
            done, walkers = wait(walkers, LOOK_FOR_WAKE_EVERY.total_seconds(), FIRST_COMPLETED)
            for walker in done:
                walker.result()
            if world.clock() - polled >= POLL_WHEN_BUSY_EVERY.total_seconds() or last_wake(world) != woken:
                woken, poll_again, polled = last_wake(world), remember_pending(world), world.clock()


def remember_pending(world: World) -> timedelta:
    """Take in the main API's pending list. A main API that is away stops nothing: what we hold already goes on."""
    try:
        new = world.store.remember(world.api.pending())
    except Misconfigured as error:
        log.error("poll_refused", reason=error.reason, detail=error.detail)
        world.store.mark("poll", f"misconfigured: {error}")
        return world.policy.idle
    except StepFailed as error:
        log.warning("poll_failed", reason=error.reason, detail=error.detail)
        world.store.mark("poll", f"outage: {error}")
        return world.policy.backoff
    world.store.mark("poll", "ok")
    if new:
        log.info("remembered", new=new)
    return world.policy.idle


def walk_while_due(world: World) -> None:
    """Claim and advance one media after the other, until none is due or the worker is to stop."""
    while not world.stopping.is_set():
        claim = world.leases.claim(world.worker)
        if claim is None:
            return
        try:
            with begin_walk(claim, world) as walk:
                advance(walk, world)
                log.info("media_advanced", **walk.summary())
        except LeaseLost:
            log.warning("lease_lost", media_id=claim.media.id)
        except DatabaseDown:
            raise
        except Exception:  # one item's mishap ends neither the worker nor its neighbours; its lease will expire
            log.exception("walk_broke", media_id=claim.media.id)


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
                world.leases.release(walk.claim, until)
                return
            case Finished():
                world.leases.release(walk.claim, None)
                return
            case Run():
                break  # its attempt is not spent, as when one more event is to be told
    world.leases.release(walk.claim, walk.now())


def attempt(walk: Walk, step: Step, world: World) -> None:
    """Run one step and record how it ended."""
    started = walk.progress()
    try:
        outcome = STEPS[step](walk, world)
        checklist = completed(walk.media.checklist, step, outcome.degraded)
    except StepFailed as failure:
        checklist, outcome = after_failure(walk, step, failure, world)
    except (LeaseLost, DatabaseDown):
        raise
    except Exception:
        log.exception("step_broke", media_id=walk.media.id, step=step.value)
        bug = TryAgain("unexpected", "an unexpected error; its traceback is in the worker's log")
        checklist, outcome = after_failure(walk, step, bug, world)
    record(walk, checklist, replace(outcome, took=walk.now() - started), world)


def after_failure(walk: Walk, step: Step, error: StepFailed, world: World) -> tuple[Checklist, Outcome]:
    """Ask the rules what a failure means; put its bytes aside and tell the main API if they say so."""
    failure = replace(error.failure, fingerprint=error.failure.fingerprint or walk.fingerprint)
    others_arrive = world.store.arrived_lately(walk.media.id, ARRIVED_LATELY)
    given = Setting(walk.now(), world.policy, world.chance(), others_arrive)
    setback = failed(walk.media.checklist, step, failure, given)
    final = setback.checklist.last_error or failure
    if setback.quarantine:
        try:
            world.files.quarantine(walk.evidence(), walk.media.id, final)
        except (NoRoom, ProviderDown) as full:  # bytes that cannot be put aside may not be condemned
            return after_failure(walk, step, full, world)
    cleanup = new_event(EventKind.CLEANUP, walk.media, None, world) if setback.cleanup else None
    return setback.checklist, Outcome(
        step,
        note=str(error),
        failure=final,
        new_event=cleanup,
        quarantined=setback.quarantine and is_whole(failure),
    )


def give_up(walk: Walk, step: Step, world: World) -> None:
    """Attempts were spent and nobody recorded how the last one ended."""
    failure = Failure(Kind.TRANSIENT, "attempts_spent", "the outcome of the last attempt was never recorded")
    checklist = replace(gave_up(walk.media.checklist, step), last_error=failure, last_error_step=step)
    record(walk, checklist, Outcome(step, note=failure.detail, failure=failure), world)


def record(walk: Walk, checklist: Checklist, outcome: Outcome, world: World) -> None:
    """Write an outcome, what follows from it and the next step's attempt in one go, under the lease."""
    now, attempts = walk.now(), walk.media.checklist[outcome.step].attempts
    if outcome.new_event:
        checklist = announced(checklist, outcome.new_event.kind, now)
    outcome = replace(outcome, attempt=attempts)
    walk.media = world.store.record(walk.claim, spend(checklist, now, world.policy), outcome)
    walk.remember(outcome)
    tell_operator(walk, outcome)
    if outcome.original:
        settle_original(walk, outcome.original, world)


def settle_original(walk: Walk, own: Original, world: World) -> None:
    """Same bytes of the same user share one stored original, if the one that was there before is sound."""
    shared = walk.media.original
    if shared is None or shared.path == own.path:
        return
    if world.files.is_sound(shared):
        world.files.discard(world.files.original(own.path))
        return
    walk.media = world.store.keep_own(walk.claim, own)


def tell_operator(walk: Walk, outcome: Outcome) -> None:
    """ERROR only where a person must act: a step failed for good, or a party refuses our key."""
    if outcome.failure is None:
        return
    has_failed = walk.media.checklist[outcome.step].status is StepStatus.FAILED
    if has_failed or outcome.failure.kind is Kind.MISCONFIGURED:
        about = {"media_id": walk.media.id, "step": outcome.step.value, "kind": outcome.failure.kind.value}
        log.error("step_failed", **about, reason=outcome.failure.reason, detail=outcome.failure.detail)


def last_wake(world: World) -> datetime | None:
    """When somebody last asked us to look."""
    wake = world.store.marked("wake")
    return wake.at if wake else None
