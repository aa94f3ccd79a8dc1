"""Polish: variants made again at high effort while nothing else is to be done. An extra, so that it is tried once
and costs a picture nothing."""

from __future__ import annotations

from dataclasses import replace

from media_vm.rules.checklist import Checklist, Redo, Step, StepStatus
from media_vm.rules.failures import Failure, Kind

_NOBODYS_FAULT = (Kind.OUTAGE, Kind.MISCONFIGURED)


def awaits_polish(checklist: Checklist) -> bool:
    """Are its variants as they should be, and made in a hurry? A re-crop that failed stays to be seen."""
    return checklist.awaits_polish and checklist[Step.RESIZE_OPTIMIZE].status is StepStatus.COMPLETED


def is_worth_it(before: int, after: int) -> bool:
    """Another file of the same look, and of so many bytes: is it at least 5 % smaller?"""
    return 100 * after <= 95 * before


def is_polish(checklist: Checklist, step: Step) -> bool:
    """Does this step run for nothing but polish?"""
    return step is Step.RESIZE_OPTIMIZE and checklist.remakes is Redo.POLISH


def ends_polish(failure: Failure) -> bool:
    """Did polishing fail for something that will be no different later?"""
    return failure.kind not in _NOBODYS_FAULT


def unpolished(checklist: Checklist) -> Checklist:
    """The variants that there are stay, and are good: nothing failed, nothing is healed."""
    return replace(put_off(checklist), awaits_polish=False)


def put_off(checklist: Checklist) -> Checklist:
    """Asked for, and not done now: it awaits it as before."""
    return replace(as_finished_as_before(checklist), redo=None, remakes=None)


def as_finished_as_before(checklist: Checklist) -> Checklist:
    """A picture that is being polished is as complete as one that is not; any other is as it is."""
    if checklist.remakes is not Redo.POLISH:
        return checklist
    running = None if checklist.running is Step.RESIZE_OPTIMIZE else checklist.running
    return replace(checklist.with_entry(Step.RESIZE_OPTIMIZE, StepStatus.COMPLETED), running=running)
