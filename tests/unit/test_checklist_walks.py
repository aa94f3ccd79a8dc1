"""Whatever happens on the way: following `decide` and the time, every media ends completed or failed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime

import pytest
from hypothesis import given as given_any
from hypothesis import settings
from hypothesis import strategies as st

from media_vm.rules.callbacks import EventKind, OpenEvent
from media_vm.rules.checklist import Checklist, Finished, GaveUp, Redo, Run, Step, StepStatus, Wait, decide, spend
from media_vm.rules.checklist import give_back as let_go
from media_vm.rules.failures import Failure, Kind
from media_vm.rules.outcomes import announced, completed, failed, gave_up, is_proof
from media_vm.rules.pictures import MediaStatus
from media_vm.rules.rounds import renewed
from tests.checklists import BYTES, HOUR, NOW, OTHER_BYTES, POLICY, death, failure, given

RETRIEVE_FILE, AI_VISUAL_ANALYSIS, RESIZE_OPTIMIZE, UPDATE_CALLBACK = Step
LONGEST_END = 2_000  # attempts: hourly callbacks for 7 days, several events, and some room


@dataclass(frozen=True)
class Happening:
    """How one attempt ends: a failure with these bytes, success with them, or nobody recorded it."""

    error: Failure | None = None
    bytes: str = BYTES
    is_recorded: bool = True
    others_arrive: bool = True

    def error_of(self, checklist: Checklist, step: Step) -> Failure | None:
        """Bytes suspected before are refused before anything is done with them, as `retrieve_file` does."""
        came = self.error is None or self.error.child_died or self.error.kind is Kind.PERMANENT
        if step is RETRIEVE_FILE and came and checklist.suspect and is_proof(checklist, self.bytes):
            return failure(checklist.suspect.kind, self.bytes)
        return self.error


@dataclass
class Item:
    """A media on its way through time, with the events that the database would keep for it."""

    checklist: Checklist = field(default_factory=Checklist)
    now: datetime = NOW
    told: list[EventKind] = field(default_factory=list)
    line: list[OpenEvent] = field(default_factory=list)

    def live(self, happenings: Iterable[Happening]) -> None:
        """Go on until it is finished, an attempt a happening; a finished one that failed is asked for again."""
        for happening in happenings:
            if self.wait() is None:
                self.checklist = renewed(replace(self.checklist, redo=Redo.RETRY))
            if step := self.wait():
                self.attempt(step, happening)

    def end(self, last: Happening) -> int:
        """From now on the same happens always; returns the number of attempts until it is finished."""
        for number in range(LONGEST_END):
            step = self.wait()
            if step is None:
                return number
            self.attempt(step, last)
        pytest.fail(f"not finished after {LONGEST_END} attempts: {self.checklist}")

    def wait(self) -> Step | None:
        """Let time pass until a step runs, and spend its attempt; None once it is finished."""
        while True:
            match decide(self.checklist, self.now, POLICY):
                case Wait(until):
                    assert until > self.now
                    self.now = until
                case GaveUp(step):
                    self.checklist = gave_up(self.checklist, step)
                case Run(step):
                    self.checklist = spend(self.checklist, self.now, POLICY)
                    return step
                case Finished():
                    return None

    def attempt(self, step: Step, happening: Happening) -> None:
        """The step that runs ends like this."""
        assert step is UPDATE_CALLBACK or self.checklist[step].attempts <= POLICY.max_attempts
        error = happening.error_of(self.checklist, step)
        if not happening.is_recorded:
            self.checklist = let_go(self.checklist)
        elif error is None:
            self.succeed(step)
        else:
            self.fail(step, error, happening)
        self.checklist = replace(self.checklist, open_event=self.line[0] if self.line else None)

    def succeed(self, step: Step) -> None:
        """As `steps` do: variants are told, and so is an analysis that comes after them."""
        had_variants = self.checklist.has_variants
        self.checklist = completed(self.checklist, step)
        if step is UPDATE_CALLBACK:
            self.line.pop(0)
        elif step is RESIZE_OPTIMIZE:
            self.tell(EventKind.COMPLETE)
        elif step is AI_VISUAL_ANALYSIS and had_variants:
            self.tell(EventKind.UPDATE)

    def fail(self, step: Step, error: Failure, happening: Happening) -> None:
        """As the pipeline does; the same step never runs again at that very moment."""
        verdict = given(now=self.now, others_arrive=happening.others_arrive)
        setback = failed(self.checklist, step, error, verdict)
        self.checklist = setback.checklist
        assert Run(step) != decide(self.checklist, self.now, POLICY)
        if step is UPDATE_CALLBACK and self.checklist.open_event is None:
            self.line.pop(0)  # insisted on for long enough
        elif self.line and self.checklist.open_event:
            self.line[0] = self.checklist.open_event
        if setback.cleanup:
            assert self.checklist.has_failed
            self.tell(EventKind.CLEANUP)

    def tell(self, kind: EventKind) -> None:
        self.told.append(kind)
        self.line.append(OpenEvent(kind, self.now, self.now))
        self.checklist = announced(self.checklist, kind, self.now)


@st.composite
def happenings(draw: st.DrawFn) -> Happening:
    """Anything that may become of one attempt."""
    these = draw(st.sampled_from([BYTES, OTHER_BYTES]))
    kinds = st.sampled_from([kind for kind in Kind if kind is not Kind.POISON])
    failures = st.builds(failure, kinds, st.sampled_from([these, None]), st.sampled_from([None, HOUR]))
    deaths = st.builds(death, st.just(these), crash=st.booleans())
    return Happening(
        error=draw(st.none() | failures | deaths),
        bytes=these,
        is_recorded=draw(st.sampled_from([True, True, True, False])),
        others_arrive=draw(st.booleans()),
    )


# What may go on for ever and yet lets the item end. An outage does not: it is waited for.
LASTING = [
    Happening(),
    Happening(death()),
    Happening(death(crash=False)),
    Happening(failure(Kind.PERMANENT, None)),
    *(Happening(failure(kind)) for kind in Kind if kind not in (Kind.POISON, Kind.OUTAGE, Kind.MISCONFIGURED)),
]


@settings(deadline=None, max_examples=50, derandomize=True)
@given_any(st.lists(happenings(), max_size=25), st.sampled_from(LASTING))
def test_every_media_ends(past: list[Happening], last: Happening) -> None:
    """No state is stuck, no attempt is unbounded, and nothing that was told complete is cleaned up."""
    item = Item()

    item.live(past)
    item.end(last)

    assert item.checklist.status in (MediaStatus.COMPLETED, MediaStatus.FAILED)
    if item.checklist.status is MediaStatus.COMPLETED:
        assert StepStatus.PENDING not in [item.checklist[step].status for step in Step]
        assert EventKind.CLEANUP not in item.told[item.told.index(EventKind.COMPLETE) :]


@pytest.mark.parametrize(
    ("always", "status", "told", "at_most"),
    [
        (Happening(), MediaStatus.COMPLETED, [EventKind.COMPLETE], 4),
        (Happening(failure(Kind.TRANSIENT)), MediaStatus.FAILED, [], 3),
        (Happening(failure(Kind.PERMANENT)), MediaStatus.FAILED, [EventKind.CLEANUP], 200),
        (Happening(death()), MediaStatus.FAILED, [EventKind.CLEANUP], 200),
        (Happening(death(crash=False)), MediaStatus.FAILED, [], 4),
        (Happening(failure(Kind.ABSENT)), MediaStatus.FAILED, [EventKind.CLEANUP], 220),
    ],
)
def test_where_a_walk_ends(always: Happening, status: MediaStatus, told: list[EventKind], at_most: int) -> None:
    """The same on every attempt, from the first one on."""
    item = Item()

    number = item.end(always)

    assert (status, told) == (item.checklist.status, item.told)
    assert number <= at_most
