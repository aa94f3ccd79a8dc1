"""Files that go for good: found by their names, removed so that a power cut brings none back."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path

from media_vm.failpoints import failpoint
from media_vm.rules.old_names import THUMBNAILS
from media_vm.rules.upkeep import STRAYS

QUARANTINE = "quarantine"


def found_in(root: Path, folders: Sequence[str]) -> Iterator[str]:
    """Every file in these folders, in quarantine, and below its strays and legacy thumbnails, if these are among
    the folders; relative to the root."""
    whole = {STRAYS} | ({THUMBNAILS} & set(folders))
    for folder in {*folders, QUARANTINE} - whole:
        yield from _listed(root, root / folder)
    for area in sorted(whole):
        for at, _, _ in os.walk(root / area):
            yield from _listed(root, Path(at))


def erase(root: Path, paths: Sequence[str], older_than: timedelta | None = None) -> int:
    """Remove them; how many bytes that were. The folders' links are followed, the files' own are not. older_than:
    only those that were written so long ago. OSError."""
    freed, folders = 0, set[Path]()
    for path in paths:
        place = _place(root, path)
        folders.add(place.parent)
        failpoint("erasing")
        try:
            looks = place.lstat()
            if older_than is not None and time.time() - looks.st_mtime <= older_than.total_seconds():
                continue
            place.unlink()
        except (FileNotFoundError, NotADirectoryError):
            continue
        freed += looks.st_size
    for folder in sorted(one for one in folders if one.is_dir()):
        sync_folder(folder)
    return freed


def sync_folder(folder: Path) -> None:
    """What was renamed in it or removed from it stays so. OSError."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _place(root: Path, path: str) -> Path:
    place = root / path
    folder = place.parent.resolve()
    if not folder.is_relative_to(root) or place.name in ("", ".", ".."):
        raise ValueError("a path leads out of the storage root")
    return folder / place.name


def _listed(root: Path, folder: Path) -> Iterator[str]:
    try:
        with os.scandir(folder) as entries:
            names = [entry.name for entry in entries if not entry.is_dir(follow_symlinks=False)]
    except (FileNotFoundError, NotADirectoryError):
        return
    where = folder.relative_to(root).as_posix()
    yield from (f"{where}/{name}" for name in names)
