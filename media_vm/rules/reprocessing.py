"""Pictures that an operator wants made again: a queue beside the checklists, so that it stands before no upload.

    waiting ──▶ begun ──▶ done
       │           └────▶ failed    the picture stays as it was, and live
       └──▶ left                    nothing can be made of it: no original, deleted, nobody to tell

A request comes into its checklist only when nothing else is due, and so many at a time; from then on the rules are
those of any other step. Ended requests are kept until the next ones are asked for.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Final, TypeVar

from media_vm.rules.checklist import Checklist, Redo, Step, StepStatus
from media_vm.rules.healing import asked_again
from media_vm.rules.outages import PROVIDERS, Outage, Party
from media_vm.rules.pictures import Format, Size
from media_vm.rules.worth import PLAIN

T = TypeVar("T")

REMADE = (Step.RESIZE_OPTIMIZE, Step.AI_VISUAL_ANALYSIS, Step.UPDATE_CALLBACK)
"""The steps that may be asked for, the usual one first; an original is never fetched for the asking."""
MOST_RESTING: Final = 10
"""Of a worker's requests of a kind that wait for another try while others go on. Each falls due before later
uploads; and where more fail, it is not their own bad luck, so that the queue had better wait too."""


class RequestState(StrEnum):
    """How far one request is."""

    WAITING = "waiting"
    BEGUN = "begun"
    DONE = "done"
    FAILED = "failed"
    LEFT = "left"


class Lack(StrEnum):
    """Why nothing can be made of it, in words for an operator."""

    DELETED = "it was deleted"
    UNFINISHED = "it has no variants yet, or has failed"
    NO_ORIGINAL = "its original is not stored any more"
    UNKNOWN_THERE = "the main API does not know it, so there is nobody to tell"


@dataclass(frozen=True, slots=True)
class Remake:
    """What to make again. sizes, formats: of `resize_optimize`; empty: all of them."""

    steps: frozenset[Step] = frozenset({Step.RESIZE_OPTIMIZE})
    sizes: frozenset[Size] = frozenset()
    formats: frozenset[Format] = frozenset()

    @property
    def makes_variants(self) -> bool:
        """Does it cost pixels?"""
        return Step.RESIZE_OPTIMIZE in self.steps

    @property
    def describes(self) -> bool:
        """Does it cost money?"""
        return Step.AI_VISUAL_ANALYSIS in self.steps

    @property
    def tells(self) -> bool:
        """Is the main API to hear of it, whatever came of it?"""
        return Step.UPDATE_CALLBACK in self.steps

    @property
    def needs_original(self) -> bool:
        """Is there anything to make?"""
        return self.makes_variants or self.describes

    @property
    def is_whole(self) -> bool:
        """Are all variants to be made?"""
        return self.makes_variants and not self.sizes and not self.formats

    @property
    def formats_made(self) -> frozenset[Format]:
        """Of JPEG and PNG a picture has the one that it can do with: either name means that."""
        return self.formats | frozenset(PLAIN if self.formats & set(PLAIN) else ())

    def with_also(self, other: Remake) -> Remake:
        """Both in one: of sizes and formats rather too many than too few."""
        if not (self.makes_variants and other.makes_variants):
            parts = self if self.makes_variants else other
            return Remake(self.steps | other.steps, parts.sizes, parts.formats)
        sizes = _both(self.sizes, other.sizes)
        return Remake(self.steps | other.steps, sizes, _both(self.formats, other.formats))


def lack_of(checklist: Checklist, remake: Remake, *, has_original: bool, is_known_there: bool) -> Lack | None:
    """What it lacks to be made again; None: nothing. has_original: is its file there, as far as anybody knows?
    is_known_there: by the main API."""
    if not checklist.has_variants:
        return Lack.UNFINISHED
    is_kept = has_original and checklist[Step.RETRIEVE_FILE].status is StepStatus.COMPLETED
    if remake.needs_original and not is_kept:
        return Lack.NO_ORIGINAL
    if remake.steps == {Step.UPDATE_CALLBACK} and (checklist.is_forgotten or not is_known_there):
        return Lack.UNKNOWN_THERE
    return None


def begun(checklist: Checklist, remake: Remake) -> Checklist:
    """Its steps are pending with all their attempts. Where variants are to be made for another reason anyway, all
    of them are."""
    if remake.makes_variants:
        is_idle = checklist[Step.RESIZE_OPTIMIZE].status is not StepStatus.PENDING
        pending = checklist.with_entry(Step.RESIZE_OPTIMIZE, StepStatus.PENDING, attempts=0)
        checklist = replace(pending, not_before=None, deaths=0, crash_deaths=0)
        checklist = replace(checklist, remakes=Redo.REPROCESS if is_idle else None)
    return asked_again(checklist) if remake.describes else checklist


def ended(checklist: Checklist, remake: Remake) -> RequestState | None:
    """How a begun request ended; None: it has not. Telling the main API is `update_callback`'s own, long affair.

    An original that turned out to be gone is fetched once more by its own rules, which may take a day.
    """
    if remake.needs_original and checklist[Step.RETRIEVE_FILE].status is not StepStatus.COMPLETED:
        return RequestState.FAILED
    made = {step: checklist[step].status for step in remake.steps - {Step.UPDATE_CALLBACK}}
    if StepStatus.PENDING in made.values():
        return None
    return RequestState.FAILED if StepStatus.FAILED in made.values() else RequestState.DONE


def most_at_once(cpu_slots: int) -> int:
    """Of a worker's: one slot stays free for uploads, where there is more than one."""
    return max(1, cpu_slots - 1)


def has_room(at_work: Collection[Remake], resting: Collection[Remake], following: Remake, at_once: int) -> bool:
    """May one more begin beside these? Those that make variants keep a core for uploads; the others mostly wait
    for somebody's answer, but for as few. Who waits for another try steps aside meanwhile."""
    return _alike(at_work, following) < at_once and _alike(resting, following) < MOST_RESTING


def out_of_reach(outages: Collection[Outage], providers: Collection[Party], now: datetime) -> frozenset[Step]:
    """Steps that nobody can do now: a request for one waits, and what stands behind it goes first. If it began, it
    would be due before later uploads once they are back. providers: of AI, as they are set up; one whose time has
    come is tried by whoever comes."""
    away = {one.party for one in outages if one.party not in PROVIDERS or one.until > now}
    if Party.DISK in away:
        return frozenset(REMADE)
    told = {Step.UPDATE_CALLBACK} if away & {Party.MAIN_API, Party.CALLBACKS} else set()
    described = {Step.AI_VISUAL_ANALYSIS} if providers and away >= set(providers) else set()
    return frozenset(told | described)


def _alike(some: Collection[Remake], one: Remake) -> int:
    return sum(other.makes_variants is one.makes_variants for other in some)


def _both(ours: frozenset[T], theirs: frozenset[T]) -> frozenset[T]:
    return ours | theirs if ours and theirs else frozenset()
