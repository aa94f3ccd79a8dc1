"""A backup: the database first, then the files. A row then never names a file that came too late to be copied;
files that came too late for their row are strays, and harmless. Restored in the other order."""

from __future__ import annotations

import shutil
import time
from dataclasses import dataclass
from pathlib import Path

from media_vm.adapters.dumps import dump_database, load_database, require_dump
from media_vm.adapters.files import TEMPORARY

FOLDERS = ("bulk", "library", "quarantine")


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

    OSError, DatabaseDown, Misconfigured (no client program).
    """
    began = time.monotonic()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    dump_database(url, folder)
    return _copy_all(storage, folder / "storage", began)


def restore(url: str, storage: Path, folder: Path) -> Copied:
    """Everything back from `folder`; files that are no part of it stay, for fsck to find.

    OSError, DatabaseDown, Misconfigured (no client program, no dump of such a database).
    """
    began = time.monotonic()
    require_dump(url, folder)
    copied = _copy_all(folder / "storage", storage, began)
    load_database(url, folder)
    return Copied(copied.files, copied.kept, time.monotonic() - began)


def _copy_all(source: Path, target: Path, began: float) -> Copied:
    copied = kept = 0
    for name in FOLDERS:
        for place in sorted((source / name).rglob("*")):
            if place.is_symlink() or not place.is_file() or place.name.startswith(TEMPORARY):
                continue
            if _copy(place, target / place.relative_to(source)):
                copied += 1
            else:
                kept += 1
    return Copied(copied, kept, time.monotonic() - began)


def _copy(source: Path, target: Path) -> bool:
    """Under a temporary name first; the same size and time means the same file, for none is ever rewritten."""
    try:
        here = source.stat()
        if target.exists() and _looks(target) == (here.st_size, int(here.st_mtime)):
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


def _looks(place: Path) -> tuple[int, int]:
    here = place.stat()
    return here.st_size, int(here.st_mtime)
