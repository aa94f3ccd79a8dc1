"""What nobody needs any longer goes: `media-vm gc`, and the worker's upkeep once a day.

original      kept for as long as MEDIA_VM_RETENTION_DAYS says; its variants are served on
quarantine    the same, and what fsck put aside
leftover      a file of a media that was deleted, written by a step that came too late
replaced      a variant that another took the place of, after its grace
temporary     what nobody will finish
folder        an empty one

An original's row says first that it is retired, so that nobody takes it for lost; then its file goes, then its
path. Quarantine's rows say first that nothing is kept. A crash anywhere between leaves the rest to the next run.

Of what no row names, only files of our own naming go; those of a system before ours are an operator's. While
they wait for `media-vm adopt` nothing unnamed is looked at.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum

import structlog

from media_vm.failpoints import failpoint
from media_vm.fsck import abandoned, awaits_adoption, require_storage
from media_vm.retention_ports import Expired, Expiries, Owner
from media_vm.rules.paths import has_our_name
from media_vm.rules.retention import Area, Retention
from media_vm.rules.upkeep import STRAYS, owner_of
from media_vm.upkeep_ports import Job, Keeper, StoredFile

log = structlog.get_logger()

FILES_AT_ONCE = 200


class What(StrEnum):
    """What goes, and why."""

    ORIGINAL = "original"
    QUARANTINE = "quarantine"
    LEFTOVER = "leftover"
    REPLACED = "replaced"
    TEMPORARY = "temporary"
    FOLDER = "folder"


@dataclass(frozen=True, slots=True)
class Going:
    """One file or folder. bytes: that its going frees; none where others share it."""

    what: What
    path: str
    media_id: int | None
    bytes: int


@dataclass(slots=True)
class Sweep:
    """One run. is_done: is it done, or only told? progress: told how many were found. Iterating sweeps."""

    keeper: Keeper
    expiries: Expiries
    retention: Retention
    is_done: bool
    progress: Callable[[int], None] = lambda _: None
    found: int = 0
    was_stopped: bool = False
    _seen: Counter[str] = field(default_factory=Counter)

    def goings(self) -> Iterator[Going]:
        """All that goes, as it is found."""
        named = (self._originals, self._put_aside)
        unnamed = () if awaits_adoption(self.keeper) else (self._unnamed, self._temporaries, self._folders)
        for parts in (*named, *unnamed):
            for one in parts():
                self.found += 1
                if self.found % FILES_AT_ONCE == 0:
                    self.progress(self.found)
                yield one
                if self.keeper.pause(0):
                    self.was_stopped = True
                    return

    def _originals(self) -> Iterator[Going]:
        last = 0
        while some := self.expiries.expired(last):
            for one in some:
                freed = self._retired(one) if self.is_done else self._would_free(one)
                if freed is not None:
                    yield Going(What.ORIGINAL, one.path, one.media_id, freed)
            last = some[-1].media_id

    def _retired(self, one: Expired) -> int | None:
        """How many bytes that freed; None: it has something to do again, and stays until another day."""
        if not self.expiries.retire(one.media_id):
            return None
        failpoint("retiring")
        freed, erased = 0, list[str]()
        while not self.expiries.let_go_of(one.media_id, erased):
            if path := self.expiries.removable(one.media_id):
                freed += self.keeper.disk.erase([path])
                erased.append(path)
                failpoint("retired")
        return freed

    def _would_free(self, one: Expired) -> int:
        """The last of those that share a file frees it."""
        self._seen[one.path] += 1
        return one.bytes if self._seen[one.path] == one.shares else 0

    def _put_aside(self) -> Iterator[Going]:
        for some in _in_groups(self.keeper.disk.put_aside()):
            owners = self._owners(some)
            over = [(one, limit) for one in some if (limit := self._limit(one, owners)) and one.age > limit]
            own = (owner_of(one.path) for one, _ in over if not one.path.startswith(STRAYS))
            if self.is_done and (ids := {owner for owner in own if owner}):
                self.expiries.forget_quarantine(ids)
                failpoint("emptying")
            for one, limit in over:
                yield self._erased(What.QUARANTINE, one, limit)

    def _limit(self, one: StoredFile, owners: dict[int, Owner]) -> timedelta | None:
        """For how long it is kept; None for ever."""
        owner = owners.get(owner_of(one.path) or 0)
        if owner and owner.is_deleted:
            return self.keeper.grace
        whose = (owner.source, owner.data_type) if owner else (None, None)
        days = self.retention.days(Area.QUARANTINE, *whose)
        return timedelta(days=days) if days else None

    def _unnamed(self) -> Iterator[Going]:
        """Rows first and leases after, so that who publishes meanwhile is seen; what gets a new file of the same
        name in the very moment is young, and stays. A variant's grace counts from when another replaced it."""
        old = (one for one in self.keeper.disk.stored() if one.age > self.keeper.grace and has_our_name(one.path))
        for some in _in_groups(old):
            unnamed = set(self.keeper.promises.without_row([one.path for one in some]))
            owners, leased = self._owners(some), self.keeper.promises.live().media
            idle = [one for one in some if one.path in unnamed and owner_of(one.path) not in leased]
            theirs = [(one, owner) for one in idle if (owner := owners.get(owner_of(one.path) or 0))]
            lately = self.keeper.promises.remade_within(self.keeper.grace, _owner_ids(idle))
            for one, owner in theirs:
                if owner.is_deleted:
                    yield self._erased(What.LEFTOVER, one, self.keeper.grace)
                elif one.path.startswith("library/") and owner_of(one.path) not in lately:
                    yield self._erased(What.REPLACED, one, self.keeper.grace)

    def _temporaries(self) -> Iterator[Going]:
        for path in abandoned(self.keeper):
            if self.is_done:
                self.keeper.disk.remove(path)
            yield Going(What.TEMPORARY, path, None, 0)

    def _folders(self) -> Iterator[Going]:
        for path in self.keeper.disk.empty_folders(self.keeper.grace):
            if not self.is_done or self.keeper.disk.remove_folder(path):
                yield Going(What.FOLDER, path, None, 0)

    def _owners(self, some: Iterable[StoredFile]) -> dict[int, Owner]:
        return dict(self.expiries.owners(_owner_ids(some)))

    def _erased(self, what: What, one: StoredFile, older_than: timedelta) -> Going:
        freed = self.keeper.disk.erase([one.path], older_than) if self.is_done else one.bytes
        return Going(what, one.path, owner_of(one.path), freed)


def retention_job(keeper: Keeper, expiries: Expiries, retention: Retention) -> Job:
    """The timetable's part: daily, by itself."""

    def sweep() -> None:
        require_storage(keeper)
        went = Counter[str]()
        run = Sweep(keeper, expiries, retention, is_done=True)
        for one in run.goings():
            went[f"{one.what}s"] += 1
            went["bytes"] += one.bytes
        if went:
            log.info("swept", **went)

    return Job("retention", timedelta(days=1), sweep)


def _owner_ids(some: Iterable[StoredFile]) -> set[int]:
    return {owner for one in some if (owner := owner_of(one.path))}


def _in_groups(files: Iterator[StoredFile]) -> Iterator[list[StoredFile]]:
    group: list[StoredFile] = []
    for one in files:
        group.append(one)
        if len(group) == FILES_AT_ONCE:
            yield group
            group = []
    if group:
        yield group
