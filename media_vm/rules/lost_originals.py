"""A stored original that is gone or altered is fetched again, once (contract §5.5)."""

from __future__ import annotations

from dataclasses import replace

from media_vm.rules.checklist import Checklist, Step, StepStatus, give_back
from media_vm.rules.failures import Failure

ORIGINAL_LOST = "original_lost"
ORIGINAL_RETIRED = "original_retired"  # not lost: kept for as long as it was to be (`retention.py`)


def was_lost_before(checklist: Checklist) -> bool:
    """Was it fetched again for this reason, without the step that missed it having succeeded since; or in vain?"""
    is_known = checklist.last_error is not None and checklist.last_error.reason == ORIGINAL_LOST
    return is_known or checklist[Step.RETRIEVE_FILE].status is StepStatus.FAILED


def fetched_again(checklist: Checklist, missed_by: Step, failure: Failure) -> Checklist:
    """`retrieve_file` is pending once more; the loss is remembered until the step that missed it succeeds, or the
    fetch fails for another reason."""
    again = give_back(checklist).with_entry(Step.RETRIEVE_FILE, StepStatus.PENDING, attempts=0)
    fresh = replace(again, not_before=None, absent_since=None, looks=0)
    return replace(fresh, last_error=failure, last_error_step=missed_by)
