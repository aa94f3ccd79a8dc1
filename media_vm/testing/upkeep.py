"""Upkeep's ports in memory, over the memory database and the memory storage."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from media_vm.rules.upkeep import Fault, Remedy, Role, Slice, requested
from media_vm.testing.clock import MemoryClock
from media_vm.testing.database import MemoryDatabase
from media_vm.testing.files import MemoryFiles
from media_vm.testing.row import Row
from media_vm.upkeep_ports import Held, Live, Promise, StoredFile

ROOT = Path("/memory")
MEDIA_AT_ONCE = 2


class MemoryPromises:
    """The `Promises` port over the memory database."""

    def __init__(self, database: MemoryDatabase, clock: MemoryClock) -> None:
        self._rows, self._clock = database.rows, clock

    def held_after(self, media_id: int, part: Slice) -> Sequence[Held]:
        """A few at once, so that a test sees more than one batch."""
        alive = (key for key, row in self._rows.items() if not row.media.is_deleted)
        ids = sorted(key for key in alive if key > media_id and part.includes(key))
        return [_held(self._rows[key]) for key in ids[:MEDIA_AT_ONCE]]

    def twins(self, promise: Promise) -> Sequence[Promise]:
        """The same bytes elsewhere."""
        return [one for one in self._all() if one.sha256 == promise.sha256 and one.path != promise.path]

    def without_row(self, paths: Sequence[str]) -> Sequence[str]:
        """What nobody promised."""
        known = {one.path for one in self._all()}
        return [path for path in paths if path not in known]

    def deleted(self, media_ids: Collection[int]) -> Collection[int]:
        """By their marks."""
        return {one for one in media_ids if one in self._rows and self._rows[one].media.is_deleted}

    def remade_within(self, grace: timedelta, media_ids: Collection[int]) -> Collection[int]:
        """By their history."""
        limit = self._clock.now - grace
        rows = {one: self._rows[one].history for one in media_ids if one in self._rows}
        return {one for one, lines in rows.items() if any(at > limit and said.variants for at, said in lines)}

    def live(self) -> Live:
        """What is leased now."""
        leased = [row for row in self._rows.values() if row.expires_at]
        return Live(frozenset(row.token for row in leased), frozenset(row.media.id for row in leased))

    def request(self, media_id: int, remedy: Remedy, note: str) -> bool:
        """Unless somebody holds it."""
        row = self._rows[media_id]
        if row.expires_at:
            return False
        row.media = replace(row.media, checklist=requested(row.checklist(), remedy))
        row.token, row.due_at = "", self._clock.now
        return True

    def _all(self) -> list[Promise]:
        return [promise for row in self._rows.values() for promise in _held(row).promises]


class MemoryDisk:
    """The `Disk` port over the memory storage. written: when a file was, where that is not long ago."""

    def __init__(self, files: MemoryFiles) -> None:
        self._disk = files.disk
        self.written: dict[str, timedelta] = {}
        self.is_mounted = True

    def is_there(self) -> bool:
        """Unless a test says otherwise."""
        return self.is_mounted

    def has(self, path: str) -> bool:
        """Also an empty one."""
        return ROOT / path in self._disk

    def fault(self, promise: Promise) -> Fault | None:
        """By the SHA-256 of what is there."""
        content = self._disk.get(ROOT / promise.path)
        if not content:
            return Fault.MISSING if content is None else Fault.EMPTY
        return None if hashlib.sha256(content).hexdigest() == promise.sha256 else Fault.ALTERED

    def stored(self) -> Iterator[StoredFile]:
        """Whatever is no temporary and not in quarantine."""
        found = self._found(is_temporary=False)
        return (one for one in found if not one.path.startswith("quarantine/"))

    def temporaries(self) -> Iterator[StoredFile]:
        """By their names."""
        return self._found(is_temporary=True)

    def put_aside(self) -> Iterator[StoredFile]:
        """Whatever is in quarantine."""
        return (one for one in self._found(is_temporary=False) if one.path.startswith("quarantine/"))

    def empty_folders(self, grace: timedelta) -> Iterator[str]:
        """There are no folders in memory."""
        return iter(())

    def remove_folder(self, path: str) -> bool:
        """Nor is there one to remove."""
        return False

    def erase(self, paths: Sequence[str], older_than: timedelta | None = None) -> int:
        """Forget those that are old enough."""
        old = [one for one in paths if older_than is None or self._age(one) > older_than]
        return sum(len(self._disk.pop(ROOT / path, b"")) for path in old)

    def _age(self, path: str) -> timedelta:
        return self.written.get(path, timedelta(days=1))

    def set_aside(self, path: str) -> None:
        """Under the path it had."""
        if (content := self._disk.pop(ROOT / path, None)) is not None:
            self._disk[ROOT / "quarantine/strays" / path] = content

    def restore(self, damaged: Promise, twin: Promise) -> None:
        """The twin's bytes in its place."""
        self.set_aside(damaged.path)
        self._disk[ROOT / damaged.path] = self._disk[ROOT / twin.path]

    def remove(self, path: str) -> None:
        """Forget."""
        self._disk.pop(ROOT / path, None)

    def _found(self, *, is_temporary: bool) -> Iterator[StoredFile]:
        for place in list(self._disk):
            if place.name.startswith(".tmp-") == is_temporary:
                path = place.relative_to(ROOT).as_posix()
                yield StoredFile(path, self._age(path), len(self._disk[place]))


class MemoryTurns:
    """The `Turns` port for holders of one process."""

    def __init__(self, clock: MemoryClock, lasts: timedelta) -> None:
        self._clock, self._lasts = clock, lasts
        self._holder, self._held_at = "", clock.now
        self._taken: dict[str, datetime] = {}

    def hold(self, holder: str) -> bool:
        """Take it or renew it."""
        is_free = self._holder in ("", holder) or self._clock.now - self._held_at >= self._lasts
        if is_free:
            self._holder, self._held_at = holder, self._clock.now
        return is_free

    def let_go(self, holder: str) -> None:
        """Nobody's, if it was theirs."""
        if self._holder == holder:
            self._holder = ""

    def take(self, job: str, every: timedelta) -> bool:
        """If the last time is long enough ago."""
        last = self._taken.get(job)
        if last is not None and self._clock.now - last < every:
            return False
        self._taken[job] = self._clock.now
        return True


def _held(row: Row) -> Held:
    media, promises = row.media, [Promise(Role.VARIANT, one.path, one.sha256) for one in row.variants.kept]
    if media.original:
        promises.insert(0, Promise(Role.ORIGINAL, media.original.path, media.original.sha256))
    return Held(media.id, media.main_api_id is not None, row.checklist(), tuple(promises))
