"""When a failure is nobody's own but a party's that many depend on, and when that party is tried again.

    failure of one item                        the item's own trouble: its attempts count
    the poll fails too, or three items of      an outage: nobody's attempt counts, everybody who needs that
    at least two users failed alike            party waits until the same time, and one of them probes it

A probe that succeeds ends it. Until then the pauses grow with how long it has lasted (contract §5.3), and whoever
failed as the probe lets all others go first. Once it has ended, those who failed in it and fail again are known to
have troubles of their own: it costs them attempts, and nobody else waits for them again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from media_vm.rules.checklist import Checklist, Step
from media_vm.rules.failures import UNEXPECTED, Failure, Kind
from media_vm.rules.findings import Provider
from media_vm.rules.lost_originals import ORIGINAL_LOST
from media_vm.rules.policy import Policy

ALIKE_WITHIN = timedelta(hours=1)
ITEMS_ALIKE, USERS_ALIKE = 3, 2
PROBE_PROVIDER_EVERY = timedelta(hours=1)  # one whose key is refused
STORAGE_FULL, BELOW_FLOOR = "storage_full", "disk_floor"  # no room for a file; less free than we want to leave
STORAGE_GONE = "storage_gone"  # its disk is not mounted, or another is in its place
OF_DISK = frozenset({STORAGE_FULL, BELOW_FLOOR, STORAGE_GONE})
OUT_OF_MONEY = "out_of_money"  # the day's cap on what AI calls cost
NO_TURN = "no_turn"  # a provider has all the calls under way that it is given: scheduling, nobody is away

AWAY = frozenset({Kind.OUTAGE, Kind.MISCONFIGURED})
# A picture's own failure may be its server's: the same placeholder for everybody, 404 for everybody.
MAY_BE_AWAY = frozenset({Kind.TRANSIENT, Kind.TIMEOUT, Kind.ABSENT, Kind.PERMANENT})


class Party(StrEnum):
    """Whom many items depend on at once. main_api: its pending list, and our key there. The last four are
    providers of AI, by their names in `MEDIA_VM_VISION`: that one is away holds no other back."""

    MAIN_API = "main_api"
    TEMP_FILES = "temp_files"
    CALLBACKS = "callbacks"
    DISK = "disk"
    GOOGLE = "google"
    OPENAI = "openai"
    OPENROUTER = "openrouter"
    OLLAMA = "ollama"


@dataclass(frozen=True, slots=True)
class Outage:
    """A party that is away, known to every worker. until: when it is tried next. fingerprint: of the bytes that it
    sends for everything, if that is what it does. failures: how many it began and went on with."""

    party: Party
    since: datetime
    until: datetime
    kind: Kind
    reason: str
    fingerprint: str | None = None
    failures: int = 1


@dataclass(frozen=True, slots=True)
class Alike:
    """How many items, of how many users, failed alike within an hour with no success between; this one counts."""

    items: int
    users: int


OF_STEP = {
    Step.RETRIEVE_FILE: Party.TEMP_FILES,
    Step.UPDATE_CALLBACK: Party.CALLBACKS,
}
NEEDS = {
    Step.RETRIEVE_FILE: (Party.DISK, Party.MAIN_API, Party.TEMP_FILES),
    Step.AI_VISUAL_ANALYSIS: (
        Party.DISK,
    ),  # and of the providers those that are left to ask, if there is none else
    Step.RESIZE_OPTIMIZE: (Party.DISK,),
    Step.UPDATE_CALLBACK: (Party.MAIN_API, Party.CALLBACKS),
}

PARTY_OF: Mapping[Provider, Party] = {one: Party(one.value) for one in Provider if one != Provider.LOCAL}
PROVIDERS = frozenset(PARTY_OF.values())

OF_MAIN_API = frozenset({Party.TEMP_FILES, Party.CALLBACKS})  # whose failures a failing poll explains

# Whose end lets which of a checklist's waits be over; an event's own time is the third.
BYTES_WAIT_FOR = (Party.DISK, Party.MAIN_API, Party.TEMP_FILES)
NEWS_WAITS_FOR = (Party.MAIN_API, Party.CALLBACKS)
# Who failed as a probe waits a little longer than those it failed for, and longer than who failed before it: so
# the next to try its luck is who has waited longest since it did, or the oldest of those who never have.
A_TURN = timedelta(milliseconds=1)
BEHIND_THE_OTHERS = timedelta(seconds=1)  # later than any turn, for what must come after the probe
LATEST = 2 * BEHIND_THE_OTHERS  # after an outage's time: by then all that it holds wanted to come
OUR_OWN = frozenset({ORIGINAL_LOST, UNEXPECTED, NO_TURN})
# What no item alone can bring about: nobody there, too many calls, no money, no room.
EVERYBODYS = OF_DISK | {"unreachable", "busy", "rate_limited", "no_credit", OUT_OF_MONEY}

# A provider's answers about this very picture, though of no use: whoever gives one is not away. The first of these
# cost money as any other; asked for without end they would be paid for without end.
PAID_ANSWERS = frozenset({"refused", "off_schema", "empty_answer", "cut_answer", "answer_too_long"})
ANSWERS = PAID_ANSWERS | {"request_refused", "provider_refused_image", "image_failed"}
POLICY = frozenset({"refused", "provider_refused_image"})  # of the picture alone, however many meet it


def turn(until: datetime, outage_turn: int) -> datetime:
    """When somebody that an outage holds comes next. outage_turn: which failure of it was this one's; 0: none."""
    return until + min(outage_turn * A_TURN, BEHIND_THE_OTHERS)


def party_at_fault(step: Step, failure: Failure) -> Party | None:
    """Who may be away; None when only the item itself, or we, can be to blame."""
    if failure.child_died or failure.kind not in AWAY | MAY_BE_AWAY or failure.reason in OUR_OWN:
        return None
    if failure.reason in OF_DISK:
        return Party.DISK
    return PARTY_OF[failure.provider] if failure.provider else OF_STEP.get(step)


def holds_back(outage: Outage, step: Step) -> bool:
    """Does this step wait for that party? A poll that merely fails holds nothing back; one that is refused does:
    what needs the same key need not ask (contract §5.3)."""
    if outage.party is Party.MAIN_API and outage.kind is not Kind.MISCONFIGURED:
        return False
    return outage.party in NEEDS[step]


def is_answer(failure: Failure) -> bool:
    """Did a provider answer, though it was of no use?"""
    return failure.provider is not None and failure.kind not in AWAY and failure.reason in ANSWERS


def is_paid_answer(failure: Failure) -> bool:
    """Then it spends the picture's attempt, whatever else is known of that provider (contract §5.4)."""
    return is_answer(failure) and failure.reason in PAID_ANSWERS


def is_policy(failure: Failure) -> bool:
    """Does a provider not look at this very picture? The main API has refusals of the same name."""
    return is_answer(failure) and failure.reason in POLICY


def is_own(failure: Failure, known: Outage | None, party: Party, checklist: Checklist) -> bool:
    """Has the party been back since this item failed for it, so that its failure is the item's own trouble? Who
    cannot be reached at all, or says when to come again, is away all the same."""
    if known is not None or not checklist.outage_turn or checklist.outage_party not in (party, None):
        return False
    is_everybodys = failure.reason in EVERYBODYS or failure.retry_after is not None
    return failure.kind is not Kind.OUTAGE or not is_everybodys


def outlived(checklist: Checklist, step: Step) -> Checklist:
    """Without its turn in an outage, once a step succeeded. A picture goes on without its analysis: only an answer
    shows that a provider does not refuse this very picture."""
    if checklist.outage_party in PROVIDERS and step is not Step.AI_VISUAL_ANALYSIS:
        return checklist
    return replace(checklist, outage_turn=0, outage_party=None)


def is_outage(failure: Failure, alike: Alike, known: Outage | None, *, poll_fails: bool) -> bool:
    """Is it the party's failure? known: an outage of that party that has not ended."""
    if failure.kind in AWAY:
        return True
    if known is not None:
        return not _answers_again(failure, known)
    if poll_fails:
        return True
    return alike.items >= ITEMS_ALIKE and alike.users >= USERS_ALIKE


def goes_on(known: Outage | None, party: Party, failure: Failure, now: datetime, policy: Policy) -> Outage:
    """The outage as it stands after this failure: begun, or gone on and to be probed later."""
    since = known.since if known else now
    kind = Kind.MISCONFIGURED if failure.kind is Kind.MISCONFIGURED else Kind.OUTAGE
    pause = _pause(party, kind, now - since, policy)
    until = now + max(pause, failure.retry_after or pause)
    fingerprint = failure.fingerprint if failure.kind is Kind.PERMANENT else None
    if known:
        return replace(known, until=until, kind=kind, reason=failure.reason, failures=known.failures + 1)
    return Outage(party, since, until, kind, failure.reason, fingerprint)


def released(checklist: Checklist, party: Party) -> Checklist:
    """What waited for this party need not wait any longer."""
    if party in BYTES_WAIT_FOR:
        return replace(checklist, not_before=None)
    return replace(checklist, ai_not_before=None) if party in PROVIDERS else checklist


def _answers_again(failure: Failure, known: Outage) -> bool:
    """Bytes that begin as a picture came, and not those that came for everything: the party is back."""
    sends_others = failure.kind is Kind.PERMANENT and failure.fingerprint != known.fingerprint
    return known.party is Party.TEMP_FILES and sends_others


def _pause(party: Party, kind: Kind, lasted: timedelta, policy: Policy) -> timedelta:
    """Half as long as it has lasted, at least the backoff, at most the idle time. One poll speaks for all that is
    pending, so polls go on at the backoff."""
    if kind is Kind.MISCONFIGURED:
        return PROBE_PROVIDER_EVERY if party in PROVIDERS else policy.idle
    longest = policy.backoff if party is Party.MAIN_API else policy.idle
    return max(policy.backoff, min(lasted / 2, longest))
