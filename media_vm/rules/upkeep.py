"""What may be wrong between database and disk, and what to do about it."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum
from pathlib import PurePosixPath

from media_vm.rules.checklist import Checklist, Step, StepStatus
from media_vm.rules.failures import Failure, Kind
from media_vm.rules.lost_originals import ORIGINAL_LOST, fetched_again, was_lost_before
from media_vm.rules.outcomes import gave_up
from media_vm.rules.rounds import begun_anew

GRACE = timedelta(hours=1)
STEPS_A_GRACE = 2
STRAYS = "quarantine/strays"


class Role(StrEnum):
    """What a file is for."""

    ORIGINAL = "original"
    VARIANT = "variant"


class Fault(StrEnum):
    """What fsck finds."""

    MISSING = "missing"
    EMPTY = "empty"
    ALTERED = "altered"
    STRAY = "stray"
    UNFINISHED = "unfinished"


class Remedy(StrEnum):
    """What `--yes` does about it; WAIT: it is under way already, LOST: nothing helps."""

    COPY = "copy"
    FETCH = "fetch"
    REMAKE = "remake"
    SET_ASIDE = "set_aside"
    REMOVE = "remove"
    WAIT = "wait"
    LOST = "lost"


@dataclass(frozen=True, slots=True)
class Slice:
    """Every media whose id leaves this remainder: the `number`-th of `total` parts, from 1."""

    number: int = 1
    total: int = 1

    @property
    def remainder(self) -> int:
        """What the ids of this part leave when divided by `total`."""
        return self.number % self.total

    def includes(self, media_id: int | None) -> bool:
        """Is it ours to look at? What belongs to no media goes with the last part."""
        return (media_id or 0) % self.total == self.remainder

    def next(self) -> Slice:
        """The part after this one; the first comes after the last."""
        return Slice(self.number % self.total + 1, self.total)

    def __str__(self) -> str:
        return f"{self.number}/{self.total}"


def slice_of(text: str) -> Slice | None:
    """`3/30`, or None when it is no slice."""
    match = re.fullmatch(r"([0-9]{1,4})/([0-9]{1,4})", text)
    if not match:
        return None
    number, total = int(match[1]), int(match[2])
    return Slice(number, total) if 1 <= number <= total else None


def grace_for(step_limit: timedelta) -> timedelta:
    """How old an unnamed file must be: no step that may still name it lasts longer."""
    return max(GRACE, STEPS_A_GRACE * step_limit)


def owner_of(path: str) -> int | None:
    """The media id that a stored file's name begins with (contract §6), in quarantine too."""
    match = re.match(r"([0-9]{1,18})(?:-|\.(?:bin|part|json)$)", PurePosixPath(path).name)
    return int(match[1]) if match else None


def is_abandoned(path: str, age: timedelta, grace: timedelta, live_tokens: Collection[str]) -> bool:
    """Is a temporary nobody's: older than the grace, and of no lease that is alive?"""
    return age > grace and not any(token in PurePosixPath(path).name for token in live_tokens)


def remedy_for_original(checklist: Checklist, *, has_twin: bool, is_from_main_api: bool) -> Remedy:
    """The same bytes under another media, else the main API once, else nothing."""
    if has_twin:
        return Remedy.COPY
    if checklist[Step.RETRIEVE_FILE].status is StepStatus.PENDING:
        return Remedy.WAIT
    is_retrieved = checklist[Step.RETRIEVE_FILE].status is StepStatus.COMPLETED
    may_fetch = is_from_main_api and is_retrieved and not was_lost_before(checklist)
    return Remedy.FETCH if may_fetch else Remedy.LOST


def remedy_for_variants(checklist: Checklist, original: Remedy | None, *, is_retired: bool = False) -> Remedy:
    """Made again from a sound original; with a lost one they share its fate. original: None when it is sound.
    is_retired: it was kept for as long as it was to be, and nothing can be made of it any more."""
    if is_retired:
        return Remedy.LOST
    if original not in (None, Remedy.COPY):
        return original
    under_way = (checklist[Step.RETRIEVE_FILE], checklist[Step.RESIZE_OPTIMIZE])
    is_open = any(entry.status is StepStatus.PENDING for entry in under_way)
    return Remedy.WAIT if is_open else Remedy.REMAKE


def requested(checklist: Checklist, remedy: Remedy) -> Checklist:
    """The checklist that makes the worker do it, or that records the loss."""
    lost = Failure(Kind.TRANSIENT, ORIGINAL_LOST, "fsck found the stored original missing or altered")
    match remedy:
        case Remedy.REMAKE:
            again = checklist.with_entry(Step.RESIZE_OPTIMIZE, StepStatus.PENDING, attempts=0)
            return replace(again, not_before=None, remakes=None)
        case Remedy.FETCH:
            open_again = begun_anew(checklist) if checklist.has_failed else checklist
            return fetched_again(open_again, Step.RESIZE_OPTIMIZE, lost)
        case Remedy.LOST:
            marked = replace(checklist, last_error=lost, last_error_step=Step.RETRIEVE_FILE)
            return gave_up(marked, Step.RETRIEVE_FILE)
    return checklist
