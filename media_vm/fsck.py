"""Does the disk hold what the database promises, and nothing else?

    media after media    every original and variant is read and its SHA-256 compared
    file after file      what no row names is a stray
    temporaries          what nobody finishes any more

Slow on purpose: it rests as long as it reads. It goes on after an interruption where it stopped, and every
finding names its remedy; rules/upkeep.py decides which.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from media_vm.errors import Misconfigured
from media_vm.rules.adopting import ADOPTION, NEEDED
from media_vm.rules.outages import STORAGE_GONE
from media_vm.rules.paths import has_our_name
from media_vm.rules.upkeep import (
    Fault,
    Remedy,
    Role,
    Slice,
    is_abandoned,
    owner_of,
    remedy_for_original,
    remedy_for_variants,
)
from media_vm.upkeep_ports import Held, Keeper, Promise

PATHS_AT_ONCE = 200
SUSPICIOUS = 2  # missing originals; of one alone its finding says it all


@dataclass(frozen=True, slots=True)
class Finding:
    """One file that is not as it should be. is_repaired: its remedy was applied, or asked of the worker."""

    fault: Fault
    path: str
    media_id: int | None
    role: Role | None
    remedy: Remedy
    is_repaired: bool

    @property
    def is_open(self) -> bool:
        """Does somebody still have to do something?"""
        return not self.is_repaired


@dataclass(slots=True)
class Check:
    """One run over one part. progress: told how many media were looked at. Iterating finds, and repairs."""

    keeper: Keeper
    part: Slice
    is_repairing: bool
    progress: Callable[[int], None]
    checked: int = 0
    was_stopped: bool = False

    @property
    def place(self) -> str:
        """The mark that keeps the position; a dry run's is its own, so that a repair begins at the beginning."""
        return f"fsck {'repair' if self.is_repairing else 'look'} {self.part}"

    def resumes_after(self) -> int:
        """The media after which an interrupted run goes on; 0 is the beginning."""
        mark = self.keeper.marks.marked(self.place)
        return int(mark.note) if mark and mark.note.isdecimal() else 0

    def suspicion(self) -> str | None:
        """A sentence where most originals are not there, which says more than a thousand findings; None where they
        are. Looks for the files of the first few media alone, and reads none."""
        some = self.keeper.promises.held_after(self.resumes_after(), self.part)
        paths = {one.path for held in some for one in held.promises if one.role is Role.ORIGINAL}
        missing = sum(not self.keeper.disk.has(path) for path in paths)
        if missing < SUSPICIOUS or 2 * missing <= len(paths):
            return None
        return f"{missing} of the first {len(paths)} originals are not there: is the storage mounted?"

    def findings(self) -> Iterator[Finding]:
        """Everything that is wrong, as it is found. Misconfigured when the storage itself is not there."""
        yield from self._broken_promises()
        if not self.was_stopped:
            yield from self._strays()
            yield from self._unfinished()
            self.keeper.marks.mark(self.place)

    def _broken_promises(self) -> Iterator[Finding]:
        last = self.resumes_after()
        while some := self.keeper.promises.held_after(last, self.part):
            require_storage(self.keeper)
            for held in some:
                yield from self._one(held)
                last = held.media_id
                if self.was_stopped:
                    break
            self.keeper.marks.mark(self.place, str(last))
            self.progress(self.checked)
            if self.was_stopped:
                return

    def _one(self, held: Held) -> Iterator[Finding]:
        began = self.keeper.clock()
        broken = [(promise, fault) for promise in held.promises if (fault := self.keeper.disk.fault(promise))]
        self.checked += 1
        if broken:
            yield from self._found(held, broken)
        self.was_stopped = self.keeper.pause(self.keeper.clock() - began)

    def _found(self, held: Held, broken: list[tuple[Promise, Fault]]) -> Iterator[Finding]:
        original = next((promise for promise, _ in broken if promise.role is Role.ORIGINAL), None)
        twin = self._sound_twin(original) if original else None
        remedies: dict[Role, Remedy] = {}
        if original:
            remedies[Role.ORIGINAL] = remedy_for_original(
                held.checklist, has_twin=twin is not None, is_from_main_api=held.is_from_main_api
            )
        remedies[Role.VARIANT] = remedy_for_variants(
            held.checklist, remedies.get(Role.ORIGINAL), is_retired=held.is_retired
        )
        done = {remedy: self._apply(held, remedy, original, twin) for remedy in _needed(broken, remedies)}
        for promise, fault in broken:
            remedy = remedies[promise.role]
            yield Finding(fault, promise.path, held.media_id, promise.role, remedy, done[remedy])

    def _sound_twin(self, original: Promise) -> Promise | None:
        twins = self.keeper.promises.twins(original)
        return next((twin for twin in twins if self.keeper.disk.fault(twin) is None), None)

    def _apply(self, held: Held, remedy: Remedy, original: Promise | None, twin: Promise | None) -> bool:
        if not self.is_repairing or held.is_retired:  # no row says more of its loss than the missing file
            return False
        match remedy:
            case Remedy.COPY:
                assert original, "only an original is copied"
                assert twin, "it is copied from a twin"
                self.keeper.disk.restore(original, twin)
                return True
            case Remedy.WAIT:
                return True
        asked = self.keeper.promises.request(held.media_id, remedy, remedy.value)
        return asked and remedy is not Remedy.LOST

    def _strays(self) -> Iterator[Finding]:
        """Files first, rows after: a row that is written meanwhile is seen. What another file replaced is nobody's
        after the grace, which counts from then. Files that wait for `media-vm adopt` have no row yet, and are
        nobody's only when that has ended."""
        if awaits_adoption(self.keeper):
            return
        old = (one.path for one in self.keeper.disk.stored() if one.age > self.keeper.grace)
        ours = (path for path in old if self.part.includes(owner_of(path)))
        for paths in _in_groups(ours):
            leased = self.keeper.promises.live().media
            strays = [path for path in self.keeper.promises.without_row(paths) if owner_of(path) not in leased]
            owners = {owner for path in strays if (owner := owner_of(path))}
            gone = self.keeper.promises.deleted(owners)
            lately = set(self.keeper.promises.remade_within(self.keeper.grace, owners)) - set(gone)
            for path in strays:
                if owner_of(path) in lately:
                    continue
                is_left = owner_of(path) in gone and has_our_name(path)  # in others' names it may be a user
                yield self._removed(Fault.STRAY, path, Remedy.REMOVE if is_left else Remedy.SET_ASIDE)

    def _unfinished(self) -> Iterator[Finding]:
        if not self.part.includes(None):
            return
        for path in abandoned(self.keeper):
            yield self._removed(Fault.UNFINISHED, path, Remedy.REMOVE)

    def _removed(self, fault: Fault, path: str, remedy: Remedy) -> Finding:
        if self.is_repairing:
            disk = self.keeper.disk
            (disk.remove if remedy is Remedy.REMOVE else disk.set_aside)(path)
        return Finding(fault, path, owner_of(path), None, remedy, self.is_repairing)


def require_storage(keeper: Keeper) -> None:
    """Misconfigured: it is not there, or another's, which is to be neither mended nor tidied up."""
    if not keeper.disk.is_there():
        raise Misconfigured(STORAGE_GONE, "there are media but no originals of ours: is the storage mounted?")


def awaits_adoption(keeper: Keeper) -> bool:
    """Are there files of a system before ours that no row names yet?"""
    adoption = keeper.marks.marked(ADOPTION)
    return adoption is not None and adoption.note == NEEDED


def abandoned(keeper: Keeper) -> list[str]:
    """Temporaries that nobody will finish. Leases are read after the files, so that a new one counts."""
    found = list(keeper.disk.temporaries())
    tokens = keeper.promises.live().tokens
    return [one.path for one in found if is_abandoned(one.path, one.age, keeper.grace, tokens)]


def _needed(broken: list[tuple[Promise, Fault]], remedies: dict[Role, Remedy]) -> list[Remedy]:
    """Each remedy once, the original's first."""
    roles = sorted({promise.role for promise, _ in broken})
    return list(dict.fromkeys(remedies[role] for role in roles))


def _in_groups(paths: Iterator[str]) -> Iterator[list[str]]:
    group: list[str] = []
    for path in paths:
        group.append(path)
        if len(group) == PATHS_AT_ONCE:
            yield group
            group = []
    if group:
        yield group
