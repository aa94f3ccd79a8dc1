"""What becomes of a media of the system before ours, once its files were looked at."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from media_vm.rules.callbacks import EventKind
from media_vm.rules.checklist import Checklist, Step, StepStatus
from media_vm.rules.failures import Failure, Kind
from media_vm.rules.lost_originals import ORIGINAL_LOST
from media_vm.rules.outcomes import announced
from media_vm.rules.pictures import Background, Format, Size

Key = tuple[Size, Format, Background]

ADOPTION: Final = "adopt"
"""The mark that says how far the taking over is."""
NEEDED: Final = "needed"
DONE: Final = "done"

REMADE_A_MINUTE: Final = 30
"""Live pictures that are made again fall due so many a minute, about what two cores make, so that uploads come in
between: all that is due is worked off in order of its time."""

_MODERN: Final = (Format.AVIF, Format.WEBP)
_EVERYBODYS: Final = frozenset({Format.JPEG, Format.PNG})
_AWAITED: Final = Failure(
    Kind.ABSENT,
    "not_taken_over",
    "neither its original nor a variant was found; a new listing begins it anew",
)
_LOST: Final = Failure(Kind.TRANSIENT, ORIGINAL_LOST, "its original was not found when it was taken over")


class Verdict(StrEnum):
    """complete: all is there. remade: made again from its original, since variants are missing. lost: its variants
    are served, but without an original none can ever be made again. awaited: nothing is there; it fails until the
    main API lists it again. unchanged: nothing to do. held: a worker has it just
    now, or a file could not be looked at this time."""

    COMPLETE = "complete"
    REMADE = "remade"
    LOST = "lost"
    AWAITED = "awaited"
    UNCHANGED = "unchanged"
    HELD = "held"

    @property
    def needs_a_person(self) -> bool:
        """Is there something that no run and no worker will do?"""
        return self in (Verdict.LOST, Verdict.AWAITED, Verdict.HELD)


@dataclass(frozen=True, slots=True)
class Found:
    """has_original: one that can be decoded. kept: variants with a row, new ones included. has_analysis: a row."""

    has_original: bool
    kept: frozenset[Key]
    has_analysis: bool


def gaps(kept: Collection[Key]) -> tuple[str, ...]:
    """What a whole set would have beside what is there, e.g. `grid avif` or `header`: every size, in every modern
    format that is there at any, and in one that everybody reads."""
    faces = [face for face in Background if any(key[2] is face for key in kept)] or [Background.ORIGINAL]
    return tuple(gap for face in faces for size in Size for gap in _gaps(kept, size, face))


def _gaps(kept: Collection[Key], size: Size, face: Background) -> Iterator[str]:
    name = f"{size.value} nobg" if face is Background.REMOVED else size.value
    there = {form for one, form, background in kept if (one, background) == (size, face)}
    if not there:
        yield name
        return
    made = {form for _, form, background in kept if background is face}
    yield from (f"{name} {form.value}" for form in _MODERN if form in made - there)
    if not there & _EVERYBODYS:
        yield f"{name} {Format.JPEG.value}"


def verdict_on(found: Found) -> Verdict:
    """For a media that was never settled, or of which something new was found."""
    if found.has_original:
        return Verdict.REMADE if gaps(found.kept) else Verdict.COMPLETE
    return Verdict.LOST if found.kept else Verdict.AWAITED


def settled(old: Checklist, found: Found, now: datetime, *, may_tell: bool) -> Checklist:
    """The checklist with which our worker goes on. old: as the system before ours left it. may_tell: the main API
    knows it; what it never heard of a picture that is there, it is told."""
    is_live, verdict = bool(found.kept), verdict_on(found)
    fresh = replace(Checklist(has_variants=is_live), redo=old.redo, redo_counter=old.redo_counter)
    fresh = _with(fresh, Step.RETRIEVE_FILE, old, _ended(found.has_original))
    analysed = StepStatus.COMPLETED if found.has_analysis else StepStatus.PENDING
    fresh = _with(
        fresh, Step.AI_VISUAL_ANALYSIS, old, analysed if found.has_original else _ended(found.has_analysis)
    )
    resized = StepStatus.PENDING if verdict is Verdict.REMADE else _ended(is_live)
    fresh = _with(fresh, Step.RESIZE_OPTIMIZE, old, resized)
    was_told = old[Step.UPDATE_CALLBACK].status is StepStatus.COMPLETED
    if is_live and may_tell and not was_told:
        fresh = announced(fresh, EventKind.COMPLETE, now)
    else:
        told = StepStatus.COMPLETED if is_live or was_told else StepStatus.PENDING
        fresh = _with(fresh, Step.UPDATE_CALLBACK, old, told)
    error = {Verdict.LOST: _LOST, Verdict.AWAITED: _AWAITED}.get(verdict)
    return replace(fresh, last_error=error, last_error_step=Step.RETRIEVE_FILE if error else None)


def is_closed(checklist: Checklist) -> bool:
    """May the main API's next list begin it anew?"""
    return checklist.last_error is _AWAITED


def is_due(checklist: Checklist) -> bool:
    """Is there anything for a worker to do?"""
    steps = (Step.RETRIEVE_FILE, Step.AI_VISUAL_ANALYSIS, Step.RESIZE_OPTIMIZE)
    is_open = any(checklist[step].status is StepStatus.PENDING for step in steps)
    return checklist.open_event is not None or (is_open and not checklist.has_failed)


def later(live_ones: int) -> timedelta:
    """How much after the others a live picture falls due, by how many of them came before it."""
    return timedelta(minutes=live_ones // REMADE_A_MINUTE)


def _ended(well: bool) -> StepStatus:
    return StepStatus.COMPLETED if well else StepStatus.FAILED


def _with(fresh: Checklist, step: Step, old: Checklist, status: StepStatus) -> Checklist:
    attempts = 0 if status is StepStatus.PENDING else old[step].attempts
    return fresh.with_entry(step, status, attempts=attempts)
