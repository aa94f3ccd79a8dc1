"""Whole worlds to check: rows, files and a worker, of memory or of a real database with a real folder."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from media_vm.adapters.database import DatabaseStore
from media_vm.adapters.files import DiskFiles
from media_vm.adapters.fsck_disk import StorageDisk
from media_vm.adapters.fsck_rows import DatabasePromises
from media_vm.adapters.leases import DatabaseLeases
from media_vm.adapters.outages import DatabaseOutages
from media_vm.fsck import Check, Finding
from media_vm.pipeline import run_cycle
from media_vm.ports import World
from media_vm.rules.policy import Policy
from media_vm.rules.upkeep import Role, Slice
from media_vm.testing import MemoryMainAPI, MemoryPixels, memory_parts
from media_vm.testing.upkeep import MemoryDisk, MemoryPromises
from media_vm.upkeep_ports import Disk, Keeper, Marks, Promises
from tests.integration.databases import migrated_engine

LEASE = timedelta(seconds=60)
LONG = timedelta(days=1)


class FolderAsDict(dict[Path, bytes]):
    """Real files behind the dictionary that the memory pixels and the memory main API write to."""

    def __getitem__(self, place: Path) -> bytes:
        return place.read_bytes()

    def __setitem__(self, place: Path, content: bytes) -> None:
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)

    def __delitem__(self, place: Path) -> None:
        place.unlink()

    def __contains__(self, place: object) -> bool:
        return isinstance(place, Path) and place.exists()


@dataclass
class Storage:
    """A world whose files a test can damage. disk: what is on it, by absolute path. settle: all variants were made
    long ago. url: of a real database; dispose: close its connections."""

    world: World
    api: MemoryMainAPI
    keeper: Keeper
    disk: dict[Path, bytes]
    root: Path
    settle: Callable[[], None]
    url: str = ""
    dispose: Callable[[], None] = lambda: None

    def flip(self, path: str) -> None:
        """One bit of one byte."""
        content = self.disk[self.root / path]
        self.disk[self.root / path] = bytes([content[0] ^ 1]) + content[1:]

    def delete(self, path: str) -> None:
        """Gone."""
        del self.disk[self.root / path]

    def put(self, path: str, content: bytes) -> None:
        """Something that nobody promised, written some time ago."""
        self.disk[self.root / path] = content
        if not isinstance(self.keeper.disk, MemoryDisk):
            long_ago = time.time() - 7200
            os.utime(self.root / path, (long_ago, long_ago))

    def path_of(self, media_id: int, role: Role, number: int = 0) -> str:
        """One file that a media's rows promise."""
        held = self.keeper.promises.held_after(media_id - 1, Slice())[0]
        assert held.media_id == media_id
        return [one.path for one in held.promises if one.role is role][number]

    def check(self, *, repair: bool = False, part: Slice | None = None) -> list[Finding]:
        """One whole run."""
        run = Check(self.keeper, part or Slice(), is_repairing=repair, progress=lambda _: None)
        return list(run.findings())

    def work(self) -> None:
        """One cycle of the worker."""
        run_cycle(self.world)


@contextmanager
def storage_of(kind: str, request: pytest.FixtureRequest) -> Iterator[Storage]:
    """`memory`, or `sqlite` and `mariadb` with files in the test's own folder. Grace: an hour."""
    parts = memory_parts()
    if kind == "memory":
        promises, disk = MemoryPromises(parts.database, parts.clock), MemoryDisk(parts.files)
        keeper = keeper_of(promises, parts.database, disk)

        def long_ago() -> None:
            for row in parts.database.rows.values():
                row.history = [(at - LONG, said) for at, said in row.history]

        yield Storage(parts.world, parts.api, keeper, parts.files.disk, Path("/memory"), long_ago)
        return
    folder = request.getfixturevalue("tmp_path") / "storage"
    engine = migrated_engine(kind, request)
    files, api = FolderAsDict(), MemoryMainAPI(FolderAsDict())
    world = replace(
        parts.world,
        api=api,
        leases=DatabaseLeases(engine, Policy(), LEASE),
        store=DatabaseStore(engine, Policy()),
        outages=DatabaseOutages(engine, Policy().backoff),
        files=DiskFiles(folder),
        pixels=MemoryPixels(files),
        clock=time.monotonic,
    )
    keeper = keeper_of(DatabasePromises(engine), world.store, StorageDisk(folder))
    url = engine.url.render_as_string(hide_password=False)

    def settle() -> None:
        with engine.begin() as connection:
            connection.execute(text("UPDATE media_files SET processed_at = '2020-01-01 00:00:00.000000'"))

    yield Storage(world, api, keeper, files, folder, settle, url, engine.dispose)
    engine.dispose()


def keeper_of(promises: Promises, store: Marks, disk: Disk) -> Keeper:
    """A keeper that never rests."""
    return Keeper(
        promises=promises,
        marks=store,
        disk=disk,
        grace=timedelta(hours=1),
        clock=time.monotonic,
        pause=lambda _: False,
    )
