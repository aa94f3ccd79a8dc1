"""A party that is away, as the stories meet it: nobody's attempt is spent, all wait together, one probes.

an item fails ──▶ the party's outage begins, in the database, so that every worker knows
others' steps ──▶ held back until the next probe; those who do not need that party go on
the time comes ─▶ one item is admitted as the probe: success ends the outage, failure makes it go on
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import structlog

from media_vm.errors import StepFailed
from media_vm.ports import World
from media_vm.rules.checklist import Step
from media_vm.rules.failures import Failure, Kind
from media_vm.rules.outages import (
    ANSWERS,
    AWAY,
    BEHIND_THE_OTHERS,
    BELOW_FLOOR,
    NEEDS,
    OF_MAIN_API,
    OUT_OF_MONEY,
    STORAGE_GONE,
    Alike,
    Outage,
    Party,
    goes_on,
    holds_back,
    is_answer,
    is_outage,
    is_own,
    is_paid_answer,
    is_policy,
    party_at_fault,
    turn,
)
from media_vm.walk import Walk

log = structlog.get_logger()

SEEN_TO_BE_OVER = (BELOW_FLOOR, STORAGE_GONE)  # without writing anything


def held_back(walk: Walk, step: Step, world: World) -> tuple[Failure, datetime] | None:
    """What the step waits for, and until when; None if it may run, as the probe of what is away perhaps."""
    now, holding = walk.now(), [one for one in world.outages.open() if holds_back(one, step)]
    for outage in sorted(holding, key=lambda one: one.until <= now):  # no probe of one while another holds it
        come_again = _probe_or_wait(walk, outage, world)
        if come_again is not None:
            detail = f"waits for {outage.party.value}, away since {outage.since:%Y-%m-%d %H:%M:%S} UTC"
            return Failure(outage.kind, outage.reason, detail), turn(come_again, walk.media.checklist.outage_turn)
        walk.probing.add(outage.party)
    return None


def _probe_or_wait(walk: Walk, outage: Outage, world: World) -> datetime | None:
    """A refused poll is probed by the next poll alone; any other party by whoever comes first."""
    if outage.party is Party.MAIN_API:
        return max(outage.until, walk.now()) + BEHIND_THE_OTHERS
    return world.outages.admit(outage.party)


def probed(walk: Walk, step: Step, world: World) -> None:
    """A step succeeded: whoever it needed is back."""
    for party in walk.probing.intersection(NEEDS[step]):
        over(party, world)
    walk.probing.clear()


def as_outage(walk: Walk, step: Step, failure: Failure, world: World) -> tuple[Failure, Outage | None]:
    """The failure for what it is: the item's own, or its party's, with the outage that it waits for as it stands
    now. An own failure may wait for others too, whose answer is lacking beside it."""
    party = party_at_fault(step, failure)
    if party is None:
        return failure, _first_of(walk)
    if failure.provider in walk.away:  # it was passed over: nothing is known of it that was not
        return failure, _first_of(walk, _of_old(walk, walk.away[failure.provider]))
    known = world.outages.of(party)
    if known and is_answer(failure):
        if party not in walk.probing:  # it was asked before it went away: that says nothing of now
            return failure, _first_of(walk, known)
        if known.reason not in ANSWERS:  # it is back, and does not take this picture
            over(party, world)
            known = None
    if is_own(failure, known, party, walk.media.checklist):
        of_this_one_alone = failure.kind in AWAY  # others were answered, with the same key
        return replace(failure, kind=Kind.TRANSIENT) if of_this_one_alone else failure, _first_of(walk)
    is_plain = known is None and failure.kind not in AWAY and not is_policy(failure)
    alike = world.outages.alike(walk.media, step, failure) if is_plain else Alike(1, 1)
    poll_fails = is_plain and party in OF_MAIN_API and world.outages.of(Party.MAIN_API) is not None
    if not is_outage(failure, alike, known, poll_fails=poll_fails):
        if known:
            over(party, world)
        return failure, _first_of(walk)
    now_known = go_on(known, party, failure, walk.now(), world)
    if is_paid_answer(failure):  # the others wait, and come first from now on; this one had its answer
        return failure, _first_of(walk, now_known)
    return replace(failure, kind=now_known.kind), _first_of(walk, now_known)


def _of_old(walk: Walk, outage: Outage) -> Outage:
    """The item did not fail in this one: its turn stays one of whose outage it was."""
    return replace(outage, party=Party(walk.media.checklist.outage_party or outage.party))


def _first_of(walk: Walk, *of: Outage) -> Outage | None:
    """What an item waits for that lacks several: until the first of them is tried again."""
    waits_for = (*of, *walk.waits_for)
    return replace(waits_for[0], until=min(one.until for one in waits_for)) if waits_for else None


def go_on(known: Outage | None, party: Party, failure: Failure, now: datetime, world: World) -> Outage:
    """An outage begins, told once, loudly if a key is refused; or it goes on."""
    outage = goes_on(known, party, failure, now, world.policy)
    world.outages.note(outage)
    if known is None or known.failures == 0:  # news, or doubted by a worker that starts
        tell = log.error if outage.kind is Kind.MISCONFIGURED or party is Party.DISK else log.warning
        tell(
            "outage_began", party=party.value, kind=outage.kind.value, reason=failure.reason, detail=failure.detail
        )
    return outage


def over(party: Party, world: World) -> None:
    """It is back; told once, by whoever ended it."""
    if world.outages.end(party):
        log.info("outage_ended", party=party.value)


def doubt_refusals(world: World) -> None:
    """A worker that starts may have been given another key, or more money: one item asks at once, and all that
    waited come after it. That nothing has changed is told again."""
    for outage in world.outages.open():
        if outage.kind is Kind.MISCONFIGURED or outage.reason == OUT_OF_MONEY:
            world.outages.end(outage.party)
            world.outages.note(replace(outage, until=world.store.now(), failures=0))


def watch_disk(world: World) -> None:
    """Below the floor of free space, or while the storage is not ours, only the main API is told things; serving
    goes on (contract §5.7)."""
    known, failure = world.outages.of(Party.DISK), _of_disk(world)
    if failure is None:
        if known and known.reason in SEEN_TO_BE_OVER:
            over(Party.DISK, world)
        return
    now = world.store.now()
    if known is None or known.reason != failure.reason or known.until - now < world.policy.backoff / 2:
        go_on(known, Party.DISK, failure, now, world)


def _of_disk(world: World) -> Failure | None:
    try:
        free = world.files.free_bytes()
    except StepFailed as error:
        return error.failure
    if free >= world.disk_floor:
        return None
    detail = f"{free} bytes are free, fewer than MEDIA_VM_DISK_FLOOR_BYTES: make room"
    return Failure(Kind.OUTAGE, BELOW_FLOOR, detail)
