"""What follows when a whole worker vanished with an item in its hands (contract §5.2, §5.3).

It condemns nothing: the worker may have been killed by its operator, or by another item.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from media_vm.rules.backoff import LONGEST, backoff
from media_vm.rules.checklist import Checklist, give_back
from media_vm.rules.policy import Policy

DEATHS_THAT_ALARM = 5


def orphaned(checklist: Checklist) -> Checklist:
    """Its attempt comes back, and the death is counted apart."""
    return replace(give_back(checklist), worker_deaths=checklist.worker_deaths + 1)


def patience(checklist: Checklist, policy: Policy, chance: float) -> timedelta:
    """How long until it may be claimed again: by backoff; from the fifth death on, an hour."""
    if is_alarming(checklist):
        return LONGEST
    return backoff(policy.backoff, checklist.worker_deaths, chance)


def is_alarming(checklist: Checklist) -> bool:
    """Should a person be told of it?"""
    return checklist.worker_deaths >= DEATHS_THAT_ALARM
