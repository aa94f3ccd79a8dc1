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

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import structlog

from media_vm.errors import DatabaseDown, LeaseLost, Misconfigured, NoRoom, StepFailed, TryAgain
from media_vm.ports import World
from media_vm.rules.callbacks import EventKind
from media_vm.rules.checklist import Checklist, Finished, GaveUp, Run, Step, Wait, decide, spend
from media_vm.rules.failures import Failure, Kind
from media_vm.rules.outcomes import Setting, announced, completed, failed, gave_up
from media_vm.steps import STEPS, new_event
from media_vm.values import Outcome
from media_vm.walk import Walk, begin_walk

log = structlog.get_logger()

ARRIVED_LATELY = timedelta(hours=1)
CYCLE = timedelta(seconds=30)


def run_cycle(world: World) -> timedelta:
    """Remember what is pending, free what was abandoned, walk all that is due; returns how long to rest."""
    poll_again = remember_pending(world)
    world.leases.free_expired()
    walk_all_due(world)
    due = world.leases.next_due()
    return min(poll_again, world.policy.idle if due is None else due)


def remember_pending(world: World) -> timedelta:
    """Take in the main API's pending list; returns when to ask again. A main API that is away stops nothing:
    what we hold already goes on."""
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


def walk_all_due(world: World) -> None:
    """Several items are in flight at once: most of their time is waiting for others. A long queue is left after
    a while, so that new uploads become known and abandoned leases are freed."""
    until = world.clock() + CYCLE.total_seconds()
    with ThreadPoolExecutor(world.items_in_flight, thread_name_prefix="walk") as threads:
        for walker in [threads.submit(walk_while_due, world, until) for _ in range(world.items_in_flight)]:
            walker.result()


def walk_while_due(world: World, until: float) -> None:
    """Claim and advance one media after the other, until none is due, time is up or the worker is to stop."""
    while world.clock() < until and not world.stopping.is_set():
        claim = world.leases.claim(world.worker)
        if claim is None:
            return
        with begin_walk(claim, world) as walk:
            try:
                advance(walk, world)
            except LeaseLost:
                log.warning("lease_lost", media_id=claim.media.id)
            log.info("media_advanced", **walk.summary())


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
        except NoRoom as full:  # bytes that cannot be put aside may not be condemned
            return after_failure(walk, step, full, world)
    cleanup = new_event(EventKind.CLEANUP, walk.media, None, world) if setback.cleanup else None
    return setback.checklist, Outcome(
        step, note=str(error), failure=final, new_event=cleanup, quarantined=setback.quarantine
    )


def give_up(walk: Walk, step: Step, world: World) -> None:
    """Attempts were spent and nobody recorded how the last one ended."""
    failure = Failure(Kind.TRANSIENT, "attempts_spent", "the outcome of the last attempt was never recorded")
    checklist = replace(gave_up(walk.media.checklist, step), last_error=failure, last_error_step=step)
    record(walk, checklist, Outcome(step, note=failure.detail, failure=failure), world)


def record(walk: Walk, checklist: Checklist, outcome: Outcome, world: World) -> None:
    """Write an outcome, what follows from it and the next step's attempt in one go, under the lease."""
    now = walk.now()
    if outcome.new_event:
        checklist = announced(checklist, outcome.new_event.kind, now)
    walk.media = world.store.record(walk.claim, spend(checklist, now, world.policy), outcome)
    walk.remember(outcome)
    own, kept = outcome.original, walk.media.original
    if own and kept and own.path != kept.path:
        world.files.discard(world.files.original(own.path))
