"""A backup: the database first, then the files. A row then never names a file that came too late to be copied;
files that came too late for their row are strays, and harmless. Restored in the other order."""

from __future__ import annotations

import filecmp
import json
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

from sqlalchemy import Engine
from sqlmodel import Session

from media_vm.adapters.dumps import dump_database, load_database, require_dump
from media_vm.adapters.engine import open_engine, require_migrated
from media_vm.adapters.files import TEMPORARY
from media_vm.adapters.in_use import require_nobody
from media_vm.adapters.tables import MediaMark
from media_vm.adapters.transactions import database_now, transact
from media_vm.errors import WrongUse
from media_vm.values import BACKUP_MARK

INSTALLATION = "installation"  # the mark whose note tells one database from all others
LABEL = "media_vm.json"
FOLDERS = ("bulk", "library", "quarantine", "thumbnails")  # the last of a system before ours, if there was one


@dataclass(frozen=True, slots=True)
class Copied:
    """How a backup or a restore went. files: copied now; kept: there already."""

    files: int
    kept: int
    seconds: float

    def __str__(self) -> str:
        return f"{self.files} files copied, {self.kept} there already, {self.seconds:.1f} s"


def back_up(url: str, storage: Path, folder: Path) -> Copied:
    """Everything into `folder`; a further one into the same folder copies only new files.

    OSError, DatabaseDown, NotMigrated, Misconfigured (no client program), WrongUse (not into this folder).
    """
    began, dumped_at = time.monotonic(), datetime.now(UTC)
    _require_apart(folder, storage)
    engine = open_engine(url, connections=1)
    try:
        require_migrated(engine)
        label = {"installation": _installation(engine), "dumped_at": dumped_at.isoformat(timespec="seconds")}
        _prepare(folder, label["installation"])
        dump_database(url, folder)
        half = folder / f"{TEMPORARY}{LABEL}"
        half.write_text(json.dumps(label))
        half.replace(folder / LABEL)
        copied = _copy_all(storage, folder / "storage", began, is_same=_looks_the_same)
        transact(engine, lambda session: session.merge(_mark(dumped_at, copied)))
        return copied
    finally:
        engine.dispose()


def restore(url: str, storage: Path, folder: Path, *, is_forced: bool = False) -> Copied:
    """Everything back from `folder`; files that are no part of it stay, for fsck to find.

    OSError, DatabaseDown, Misconfigured (no client program), WrongUse (no dump of such a database; somebody is at
    work on the one there is, unless forced).
    """
    began = time.monotonic()
    require_dump(url, folder)
    if not is_forced:
        require_nobody(url)
    copied = _copy_all(folder / "storage", storage, began, is_same=_is_same)
    load_database(url, folder)
    return Copied(copied.files, copied.kept, time.monotonic() - began)


def dumped_at(url: str, folder: Path) -> datetime:
    """When the dump in this folder was begun. WrongUse."""
    dump = require_dump(url, folder)
    if at := _label(folder).get("dumped_at"):
        return datetime.fromisoformat(at)
    return datetime.fromtimestamp(int(dump.stat().st_mtime), UTC)  # it was made before there were labels


def _mark(dumped_at: datetime, copied: Copied) -> MediaMark:
    """For whoever watches that there is a new one now and then."""
    return MediaMark(name=BACKUP_MARK, at=dumped_at, note=str(copied))


def _require_apart(folder: Path, storage: Path) -> None:
    """A backup within the storage would back itself up; a storage within the backup would be its own copy."""
    ours, theirs = storage.resolve(), folder.resolve()
    if theirs.is_relative_to(ours) or ours.is_relative_to(theirs / "storage"):
        raise WrongUse(f"{folder} and the storage folder lie within each other: back up to somewhere else")


def _prepare(folder: Path, installation: str) -> None:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise WrongUse(f"{folder} cannot be made ({error.strerror}): name a folder of your own") from error
    if any(folder.iterdir()) and not (_label(folder) or (folder / "storage").is_dir()):
        raise WrongUse(f"{folder} holds other files and no backup: name a folder of its own")
    if (theirs := _label(folder).get("installation", installation)) != installation:
        raise WrongUse(f"{folder} holds the backup of another installation ({theirs}): name another folder")


def _label(folder: Path) -> dict[str, str]:
    label = folder / LABEL
    return dict(json.loads(label.read_text())) if label.is_file() else {}


def _installation(engine: Engine) -> str:
    """Given at the first backup; a restore brings it along."""

    def find_or_give(session: Session) -> str:
        mark = session.get(MediaMark, INSTALLATION)
        if mark is None:
            mark = MediaMark(name=INSTALLATION, at=database_now(session), note=uuid4().hex)
            session.add(mark)
        return mark.note or ""

    return transact(engine, find_or_give)


def _copy_all(source: Path, target: Path, began: float, is_same: Callable[[Path, Path], bool]) -> Copied:
    copied = kept = 0
    for name in FOLDERS:
        for place in sorted((source / name).rglob("*")):
            if place.is_symlink() or not place.is_file() or place.name.startswith(TEMPORARY):
                continue
            if _copy(place, target / place.relative_to(source), is_same):
                copied += 1
            else:
                kept += 1
    return Copied(copied, kept, time.monotonic() - began)


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
        return False  # removed while we went through: no row of the dump that still matters names it
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
