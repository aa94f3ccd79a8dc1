"""Checklists in the situations that tests of the rules begin with, and the failures that befall them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from media_vm.rules.callbacks import EventKind, OpenEvent
from media_vm.rules.checklist import Checklist, Step, StepStatus, Suspect
from media_vm.rules.failures import Failure, Kind
from media_vm.rules.policy import Policy
from media_vm.rules.setbacks import Setting

NOW = datetime(2025, 1, 15, 12, tzinfo=UTC)
SECOND, HOUR, DAY = timedelta(seconds=1), timedelta(hours=1), timedelta(days=1)
POLICY = Policy()
FULL_WAIT, HALF_WAIT = 1.0, 0.0  # chances that give a backoff's whole and half length
BYTES, OTHER_BYTES = "sha256:aa", "sha256:bb"
PENDING, COMPLETED, FAILED = StepStatus.PENDING, StepStatus.COMPLETED, StepStatus.FAILED


def statuses(checklist: Checklist) -> list[StepStatus]:
    """The four columns in their order."""
    return [checklist[step].status for step in Step]


def attempts(checklist: Checklist) -> list[int]:
    """The four counters in their order."""
    return [checklist[step].attempts for step in Step]


def columns(*given: StepStatus) -> Checklist:
    """A checklist with these columns, first step first; each that is not pending took one attempt."""
    checklist = Checklist()
    for step, status in zip(Step, given, strict=False):
        checklist = checklist.with_entry(step, status, attempts=status is not PENDING)
    return checklist


def running(step: Step, attempt: int = 1) -> Checklist:
    """This step is under way; those before it are completed, and what they left behind is there."""
    before = list(Step)[: list(Step).index(step)]
    checklist = replace(columns(*(COMPLETED for _ in before)).with_entry(step, attempts=attempt), running=step)
    if step is Step.UPDATE_CALLBACK:
        return replace(checklist, has_variants=True, open_event=opened())
    return checklist


def opened(kind: EventKind = EventKind.COMPLETE, *, at: datetime = NOW) -> OpenEvent:
    """An event made at this time, due since."""
    return OpenEvent(kind, created_at=at, due_at=at)


def suspect(kind: Kind = Kind.PERMANENT) -> Suspect:
    """`BYTES` were found unusable once."""
    return Suspect(kind, "truncated", "the file ends too early", BYTES)


def failure(kind: Kind, fingerprint: str | None = BYTES, retry_after: timedelta | None = None) -> Failure:
    """A failure of this kind with `BYTES`."""
    return Failure(kind, "some_reason", "a sentence", fingerprint=fingerprint, retry_after=retry_after)


def death(fingerprint: str | None = BYTES, *, crash: bool = True) -> Failure:
    """The child that held these bytes died, by a crash signal or by its time limit."""
    return Failure(Kind.TRANSIENT, "died", "it died", fingerprint=fingerprint, child_died=True, crash_signal=crash)


def given(chance: float = FULL_WAIT, *, now: datetime = NOW, others_arrive: bool = False) -> Setting:
    """What a verdict rests on besides the checklist."""
    return Setting(now, POLICY, chance, others_arrive)
