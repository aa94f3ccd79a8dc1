"""The checklist of one media and the one question asked of it: what now? (contract §5)

    retrieve_file → ai_visual_analysis → resize_optimize → update_callback

Each step is pending, completed or failed. `decide` looks at a checklist and the time and returns what to do:

    Run(step)     its attempt is spent by `spend`, in the same write that claims or records, before any work
    Wait(until)   nothing can be done before then
    GaveUp(step)  its attempts are spent but nobody recorded how it ended
    Finished()    nothing is left that time alone could bring

What an outcome does to a checklist is in `outcomes.py`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from media_vm.rules.callbacks import OpenEvent
from media_vm.rules.failures import Failure, Kind
from media_vm.rules.pictures import MediaStatus
from media_vm.rules.policy import Policy


class Step(StrEnum):
    """The four steps, in their order; the names are columns, log fields and functions alike."""

    RETRIEVE_FILE = "retrieve_file"
    AI_VISUAL_ANALYSIS = "ai_visual_analysis"
    RESIZE_OPTIMIZE = "resize_optimize"
    UPDATE_CALLBACK = "update_callback"


class StepStatus(StrEnum):
    """A step's column. "Running" is no fourth status: it is a lease and `Checklist.running`."""

    PENDING = "pending"
    COMPLETED = "completed"
    FAILED = "failed"


class Redo(StrEnum):
    """What may be asked of a worker: a fresh round, the cropped sizes again around a new focal point, a logo's
    face without background that was never made, or, if there is nothing else to do, everything in fewer bytes, or
    what an operator wants made again (`rules/reprocessing.py`)."""

    RETRY = "retry"
    CROPS = "crops"
    FACE = "face"
    POLISH = "polish"
    REPROCESS = "reprocess"


# From the second on, an item is suspected of taking its child or its worker down, and runs alone (contract §5.3).
DEATHS_THAT_ISOLATE = 2


@dataclass(frozen=True, slots=True)
class Entry:
    """One step's status and the attempts spent on it."""

    status: StepStatus = StepStatus.PENDING
    attempts: int = 0


@dataclass(frozen=True, slots=True)
class Suspect:
    """Bytes found unusable once; the same fingerprint a second time is the proof (contract §5.5)."""

    kind: Kind
    reason: str
    detail: str
    fingerprint: str


@dataclass(frozen=True, slots=True)
class Checklist:
    """Everything that decides what happens to one media next. All times are aware UTC.

    not_before: before it, neither retrieve_file nor resize_optimize is tried. ai_not_before: the same for
    ai_visual_analysis alone. running: the step whose attempt is spent and whose outcome is not yet recorded.
    degraded: why the analysis is less than it might be, a word of contract §2. redo: what serve asked for; its
    counter tells a worker whether somebody asked again meanwhile. last_error: kept until its step succeeds.
    deaths: of children that held the file; worker_deaths: of whole workers, since a step last succeeded.
    heal_at, ai_heal_at: when a failed item, or a failed analysis alone, may have a further round.
    is_forgotten: the main API answered 404 or 410, so it is told nothing more unless it lists the id again.
    remakes: what alone resize_optimize is pending for, on request. from_kept: its bytes are what quarantine
    kept. outage_turn: which failure of an outage was this item's, counted from 1, until a step that needs that
    party succeeds; outage_party: who that was. awaits_polish: its variants were made in a hurry.
    """

    entries: dict[Step, Entry] = field(default_factory=lambda: {step: Entry() for step in Step})
    not_before: datetime | None = None
    ai_not_before: datetime | None = None
    running: Step | None = None
    open_event: OpenEvent | None = None
    has_variants: bool = False
    suspect: Suspect | None = None
    absent_since: datetime | None = None
    looks: int = 0
    deaths: int = 0
    crash_deaths: int = 0
    worker_deaths: int = 0
    heal_rounds: int = 0
    heal_at: datetime | None = None
    ai_rounds: int = 0
    ai_heal_at: datetime | None = None
    is_forgotten: bool = False
    remakes: Redo | None = None
    from_kept: bool = False
    outage_turn: int = 0
    outage_party: str | None = None
    awaits_polish: bool = False
    degraded: str | None = None
    redo: Redo | None = None
    redo_counter: int = 0
    last_error: Failure | None = None
    last_error_step: Step | None = None

    def __getitem__(self, step: Step) -> Entry:
        return self.entries[step]

    def with_entry(self, step: Step, status: StepStatus | None = None, attempts: int | None = None) -> Checklist:
        """The same checklist with one step's status or attempts changed."""
        old = self.entries[step]
        entry = Entry(
            old.status if status is None else status,
            old.attempts if attempts is None else max(0, attempts),
        )
        return replace(self, entries={**self.entries, step: entry})

    @property
    def redoes_variants(self) -> bool:
        """Was something asked for that `resize_optimize` alone brings, while the media stays live?"""
        return self.redo in (Redo.CROPS, Redo.FACE, Redo.POLISH)

    @property
    def runs_alone(self) -> bool:
        """Did it go down with a child or a worker so often that nothing else may be at risk beside it?"""
        return max(self.deaths, self.worker_deaths) >= DEATHS_THAT_ISOLATE

    @property
    def has_failed(self) -> bool:
        """Neither bytes nor variants will come of it; serve answers 410 (contract §5.1)."""
        needed = (self.entries[Step.RETRIEVE_FILE], self.entries[Step.RESIZE_OPTIMIZE])
        return not self.has_variants and any(entry.status is StepStatus.FAILED for entry in needed)

    @property
    def status(self) -> MediaStatus:
        """`media_files.status`, which follows from the steps (contract §5.1)."""
        if self.has_variants:
            return MediaStatus.COMPLETED
        if self.has_failed:
            return MediaStatus.FAILED
        is_here = self.entries[Step.RETRIEVE_FILE].status is StepStatus.COMPLETED
        return MediaStatus.PROCESSING if is_here else MediaStatus.DOWNLOADING


@dataclass(frozen=True, slots=True)
class Run:
    """Do this step now."""

    step: Step


@dataclass(frozen=True, slots=True)
class Wait:
    """Nothing can be done before then."""

    until: datetime


@dataclass(frozen=True, slots=True)
class GaveUp:
    """This step has spent its attempts and may not run again."""

    step: Step


@dataclass(frozen=True, slots=True)
class Finished:
    """Nothing is left that time alone could bring."""


Decision = Run | Wait | GaveUp | Finished


def decide(checklist: Checklist, now: datetime, policy: Policy) -> Decision:
    """What to do with this media now."""
    if checklist.running is not None:
        return Run(checklist.running)
    waits: list[datetime] = []
    is_blocked = False
    for step in _open_steps(checklist):
        if is_blocked and step is not Step.UPDATE_CALLBACK:
            continue  # a step waits for those before it, but news that is due waits for none
        not_before = _not_before(checklist, step)
        if not_before is None or not_before <= now:
            return GaveUp(step) if _is_spent(checklist, step, policy) else Run(step)
        waits.append(not_before)
        is_blocked = is_blocked or step is not Step.AI_VISUAL_ANALYSIS
    return Wait(min(waits)) if waits else Finished()


def spend(checklist: Checklist, now: datetime, policy: Policy) -> Checklist:
    """Spend the attempt of the step that would run now, before its work; without one, no change.

    Only `update_callback` runs although completed or failed: its last event is over, and the next begins anew.
    """
    match decide(checklist, now, policy):
        case Run(step) if checklist.running is None:
            before = checklist[step].attempts if checklist[step].status is StepStatus.PENDING else 0
            return replace(checklist.with_entry(step, StepStatus.PENDING, before + 1), running=step)
    return checklist


def give_back(checklist: Checklist) -> Checklist:
    """Undo a spent attempt whose outcome nobody recorded: its worker died or let go (contract §5.2)."""
    if checklist.running is None:
        return checklist
    step = checklist.running
    return replace(checklist.with_entry(step, attempts=checklist[step].attempts - 1), running=None)


def _open_steps(checklist: Checklist) -> Iterator[Step]:
    """Pending steps in order, as far as the ones before them allow."""
    if not checklist.has_failed:
        for step in (Step.RETRIEVE_FILE, Step.AI_VISUAL_ANALYSIS, Step.RESIZE_OPTIMIZE):
            if checklist[step].status is StepStatus.PENDING:
                yield step
    if checklist.open_event and not checklist.is_forgotten:  # one that was given up is open no more
        yield Step.UPDATE_CALLBACK


def _not_before(checklist: Checklist, step: Step) -> datetime | None:
    if step is Step.AI_VISUAL_ANALYSIS:
        return checklist.ai_not_before
    if step is Step.UPDATE_CALLBACK:
        return checklist.open_event.due_at if checklist.open_event else None
    return checklist.not_before


def _is_spent(checklist: Checklist, step: Step, policy: Policy) -> bool:
    """An event is resent for days, so `update_callback` alone is not ended by attempts (contract §5.6)."""
    return step is not Step.UPDATE_CALLBACK and checklist[step].attempts >= policy.max_attempts
