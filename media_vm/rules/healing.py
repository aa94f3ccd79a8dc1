"""What failed for want of luck gets a further round, later and then much later (contract §5.7)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from media_vm.rules.checklist import Checklist, Step, StepStatus
from media_vm.rules.failures import Kind
from media_vm.rules.policy import Policy

# Permanent, absent and poison are proven by the bytes, or by their absence: trying again proves nothing new.
HEALABLE = frozenset({Kind.TRANSIENT, Kind.TIMEOUT, Kind.LOCAL_RESOURCE})
EACH_ROUND_LATER = 12
HEALING = "healing"  # the mark that says when healing was done last


def heals_at(rounds: int, now: datetime, policy: Policy) -> datetime | None:
    """When something that fails now, after this many rounds, may be tried again; None: never by itself."""
    return now + _after(rounds, policy) if rounds < policy.heal_rounds else None


def to_heal_item(checklist: Checklist, now: datetime, policy: Policy) -> Checklist:
    """An item that has just failed, with the time of its next round, if its last error allows one."""
    error = checklist.last_error
    is_healable = error is not None and error.kind in HEALABLE and checklist.has_failed
    return replace(checklist, heal_at=heals_at(checklist.heal_rounds, now, policy) if is_healable else None)


def to_heal_analysis(checklist: Checklist, now: datetime, policy: Policy) -> Checklist:
    """The same for an analysis that gave up while its picture lives."""
    return replace(checklist, ai_heal_at=heals_at(checklist.ai_rounds, now, policy))


def healed(checklist: Checklist) -> Checklist:
    """A further round: each step that gave up is pending with all its attempts; what succeeded stays."""
    for step in (Step.RETRIEVE_FILE, Step.RESIZE_OPTIMIZE):
        if checklist[step].status is StepStatus.FAILED:
            checklist = checklist.with_entry(step, StepStatus.PENDING, attempts=0)
    return replace(checklist, heal_at=None, heal_rounds=checklist.heal_rounds + 1, not_before=None)


def healed_analysis(checklist: Checklist) -> Checklist:
    """A further round for the analysis alone."""
    again = checklist.with_entry(Step.AI_VISUAL_ANALYSIS, StepStatus.PENDING, attempts=0)
    return replace(again, ai_heal_at=None, ai_rounds=checklist.ai_rounds + 1, ai_not_before=None)


def asked_again(checklist: Checklist) -> Checklist:
    """A person wants the analysis anew: as if it had never been tried. Until then what it lacks is told."""
    again = checklist.with_entry(Step.AI_VISUAL_ANALYSIS, StepStatus.PENDING, attempts=0)
    return replace(again, ai_heal_at=None, ai_rounds=0, ai_not_before=None)


def _after(rounds: int, policy: Policy) -> timedelta:
    return policy.heal_after * int(EACH_ROUND_LATER**rounds)
