"""A backup: the files, then the database, then the files that came meanwhile. A restore goes the other way round.

A picture may be deleted, retired or made again at any moment, and files of it vanish. Those that were there before
the dump are in the backup by then; one that came after the first copying and vanished before the second is not:
then the database is dumped again, which names it no more. Only a dump whose files are all here gets its name, so a
backup that is killed at any moment leaves the earlier ones as they were.
"""

from __future__ import annotations

import filecmp
import shutil
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from media_vm.adapters.backup_folder import (
    FILES,
    alone_in,
    dump_place,
    dumps_in,
    files_below,
    label_of,
    next_moment,
    put_label,
    remove_unfinished,
    require_dump,
)
from media_vm.adapters.dump_names import named_in
from media_vm.adapters.dumps import dump_database, load_database
from media_vm.adapters.engine import open_engine, require_migrated
from media_vm.adapters.erasing import sync_folder
from media_vm.adapters.files import TEMPORARY
from media_vm.adapters.in_use import require_nobody
from media_vm.adapters.storage_identity import INSTALLATION, agreed, carry, installation_of
from media_vm.adapters.tables import MediaMark
from media_vm.adapters.transactions import transact
from media_vm.errors import WrongUse
from media_vm.rules.retention import DUMPS_KEPT
from media_vm.values import BACKUP_MARK

FOLDERS = ("bulk", "library", "quarantine", "thumbnails")  # the last of a system before ours, if there was one
DUMPS_AT_MOST = 5  # each but the first follows upon a file that came and went within a few minutes


@dataclass(frozen=True, slots=True)
class Copied:
    """How a backup or a restore went. files: copied now; kept: there already; missing: named by rows, and neither
    in the storage nor in the backup."""

    files: int
    kept: int
    seconds: float
    missing: int = 0

    def __str__(self) -> str:
        lost = f"; {self.missing} files that rows name are not there: media-vm fsck" if self.missing else ""
        return f"{self.files} files copied, {self.kept} there already, {self.seconds:.1f} s{lost}"


def back_up(url: str, storage: Path, folder: Path, keep: int = DUMPS_KEPT) -> Copied:
    """Everything into `folder`; a further one into the same folder copies only new files. Of the dumps the last
    `keep` stay.

    OSError, DatabaseDown, NotMigrated, Misconfigured (no client program; a storage that is not this database's, or
    not mounted), WrongUse (not into this folder).
    """
    began = time.monotonic()
    _require_apart(folder, storage)
    engine = open_engine(url, connections=1)
    try:
        require_migrated(engine)
        agreed(engine, storage)  # else the bare place of a disk that is away passes for everything there is
        installation = installation_of(engine)
        _prepare(folder, installation)
        with alone_in(folder):
            put_label(folder, installation)
            remove_unfinished(folder)
            first, kept = _copy_all(storage, folder / FILES, _looks_the_same)
            later, missing = _dump_whole(url, storage, folder)
            dumps = dumps_in(folder)
            for one in dumps[:-keep]:
                one.place.unlink()
        copied = Copied(first + later, kept, time.monotonic() - began, missing)
        transact(engine, lambda session: session.merge(_mark(min(dumps[-1].at, datetime.now(UTC)), copied)))
        return copied
    finally:
        engine.dispose()


def _dump_whole(url: str, storage: Path, folder: Path) -> tuple[int, int]:
    """A dump of which every file is in the folder. How many were copied meanwhile; how many that it names are
    missing, as they were from an earlier one: nobody removes these, they are lost."""
    copied, missing = 0, set[str]()
    with tempfile.TemporaryDirectory(dir=folder, prefix=TEMPORARY) as aside:
        half = dump_place(url, Path(aside), datetime.now(UTC))
        for _ in range(DUMPS_AT_MOST):
            final = dump_place(url, folder, next_moment(folder))
            dump_database(url, half)
            copied += _copy_all(storage, folder / FILES, _looks_the_same)[0]
            before, missing = missing, _missing(half, folder / FILES)
            if missing <= before:
                break
        half.replace(final)
    sync_folder(folder)
    return copied, len(missing)


def _missing(dump: Path, files: Path) -> set[str]:
    return {path for path in named_in(dump).paths if not (files / path).is_file()}


def restore(url: str, storage: Path, folder: Path, name: str | None = None, *, is_forced: bool = False) -> Copied:
    """Everything back from `folder`, by its last dump or the one of that name; files that are no part of it stay,
    for fsck to find.

    OSError, DatabaseDown, Misconfigured (no client program), WrongUse (no dump of such a database; somebody is at
    work on the one there is, unless forced).
    """
    began = time.monotonic()
    dump = require_dump(url, folder, name)
    if not is_forced:
        require_nobody(url)
    copied, kept = _copy_all(folder / FILES, storage, _is_same)
    load_database(url, dump.place)
    if installation := label_of(folder).get(INSTALLATION):
        carry(storage, installation)
    return Copied(copied, kept, time.monotonic() - began)


def _mark(dumped_at: datetime, copied: Copied) -> MediaMark:
    """For whoever watches that there is a new one now and then."""
    return MediaMark(name=BACKUP_MARK, at=dumped_at, note=str(copied))


def _require_apart(folder: Path, storage: Path) -> None:
    """A backup within the storage would back itself up; a storage within the backup would be its own copy."""
    ours, theirs = storage.resolve(), folder.resolve()
    if theirs.is_relative_to(ours) or ours.is_relative_to(theirs / FILES):
        raise WrongUse(f"{folder} and the storage folder lie within each other: back up to somewhere else")


def _prepare(folder: Path, installation: str) -> None:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise WrongUse(f"{folder} cannot be made ({error.strerror}): name a folder of your own") from error
    if any(folder.iterdir()) and not (label_of(folder) or (folder / FILES).is_dir()):
        raise WrongUse(f"{folder} holds other files and no backup: name a folder of its own")
    if (theirs := label_of(folder).get(INSTALLATION, installation)) != installation:
        raise WrongUse(f"{folder} holds the backup of another installation ({theirs}): name another folder")


def _copy_all(source: Path, target: Path, is_same: Callable[[Path, Path], bool]) -> tuple[int, int]:
    """How many files were copied, and how many were there already."""
    copied = kept = 0
    for name in FOLDERS:
        for path in files_below(source / name):
            if Path(path).name.startswith(TEMPORARY):
                continue
            if _copy(source / name / path, target / name / path, is_same):
                copied += 1
            else:
                kept += 1
    return copied, kept


def _copy(source: Path, target: Path, is_same: Callable[[Path, Path], bool]) -> bool:
    """Under a temporary name first."""
    try:
        if target.exists() and is_same(source, target):
            return False
        target.parent.mkdir(parents=True, exist_ok=True)
        half = target.with_name(f"{TEMPORARY}{target.name}")
        shutil.copy2(source, half)
        half.replace(target)
    except FileNotFoundError:
        if source.exists():
            raise
        return False  # it vanished while we went through
    return True


def _looks_the_same(source: Path, target: Path) -> bool:
    """Of the same size and time: none is ever rewritten."""
    looks = [(place.stat().st_size, int(place.stat().st_mtime)) for place in (source, target)]
    return looks[0] == looks[1]


def _is_same(source: Path, target: Path) -> bool:
    """Byte for byte: what is restored over may have gone bad without a sign."""
    try:
        return filecmp.cmp(source, target, shallow=False)
    except OSError:
        if not source.exists():
            raise
        return False  # unreadable where it is: the sound one takes its place
