"""Polish: variants made again at high effort while nothing else is to be done. An extra, so that it is tried once
and costs a picture nothing."""

from __future__ import annotations

from dataclasses import replace

from media_vm.rules.checklist import Checklist, Redo, Step, StepStatus
from media_vm.rules.failures import Failure, Kind

_NOBODYS_FAULT = (Kind.OUTAGE, Kind.MISCONFIGURED)


def is_worth_it(before: int, after: int) -> bool:
    """Another file of the same look, and of so many bytes: is it at least 5 % smaller?"""
    return 100 * after <= 95 * before


def ends_polish(checklist: Checklist, step: Step, failure: Failure) -> bool:
    """Did polishing fail, and not for want of something that will be back?"""
    is_polish = step is Step.RESIZE_OPTIMIZE and checklist.remakes is Redo.POLISH
    return is_polish and failure.kind not in _NOBODYS_FAULT


def unpolished(checklist: Checklist) -> Checklist:
    """The variants that there are stay, and are good: nothing failed, nothing is healed."""
    as_it_was = checklist.with_entry(Step.RESIZE_OPTIMIZE, StepStatus.COMPLETED)
    return replace(as_it_was, running=None, redo=None, remakes=None, awaits_polish=False)
