"""The storage folder as it is: read back, walked through, put in order. Links are never followed."""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
import time
from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path

from media_vm.adapters.erasing import erase
from media_vm.adapters.files import TEMPORARY, DiskFiles
from media_vm.adapters.storage_identity import carried_by
from media_vm.rules.upkeep import STRAYS, Fault
from media_vm.upkeep_ports import Promise, StoredFile

FOLDERS = ("bulk", "library")


class StorageDisk:
    """The `Disk` port. Every path is checked to be below the root before it is touched. installation: the id that
    it carries; None: it has met no database yet."""

    def __init__(self, root: Path, installation: str | None = None) -> None:
        self._root = root.resolve()
        self._installation = installation
        self._files = DiskFiles(self._root, installation)

    def is_there(self) -> bool:
        """Originals are kept in `bulk`, so that with any media it exists."""
        is_ours = self._installation in (None, carried_by(self._root))
        return is_ours and (self._root / "bulk").is_dir()

    def has(self, path: str) -> bool:
        """A link is none."""
        place = self._place(path)
        return place.is_file() and not place.is_symlink()

    def fault(self, promise: Promise) -> Fault | None:
        """A disk that cannot read it back (EIO) has altered it; a folder that we may not read is no fault of the
        file: OSError."""
        try:
            with os.fdopen(os.open(self._place(promise.path), os.O_RDONLY | os.O_NOFOLLOW), "rb") as file:
                if os.fstat(file.fileno()).st_size == 0:
                    return Fault.EMPTY
                digest = hashlib.file_digest(file, "sha256").hexdigest()
        except (FileNotFoundError, NotADirectoryError):
            return Fault.MISSING
        except OSError as error:
            if error.errno in (errno.EIO, errno.ELOOP, errno.EISDIR):
                return Fault.ALTERED
            raise
        return None if digest == promise.sha256 else Fault.ALTERED

    def stored(self) -> Iterator[StoredFile]:
        """Every finished file in bulk and library."""
        return (one for one in self._walk(FOLDERS) if not _is_temporary(one.path))

    def temporaries(self) -> Iterator[StoredFile]:
        """Every unfinished file in bulk, library and quarantine."""
        return (one for one in self._walk((*FOLDERS, "quarantine")) if _is_temporary(one.path))

    def put_aside(self) -> Iterator[StoredFile]:
        """Below `strays` since when they were moved there, which changes a file's inode; else since written."""
        return (one for one in self._walk(("quarantine",)) if not _is_temporary(one.path))

    def empty_folders(self, grace: timedelta) -> Iterator[str]:
        """But the areas themselves; a worker that is about to write into one has just touched it (`files.py`)."""
        for area in (*FOLDERS, STRAYS):
            for at, folders, names in os.walk(self._root / area, topdown=False):
                place = Path(at)
                if folders or names or place == self._root / area:
                    continue
                if time.time() - place.stat().st_mtime > grace.total_seconds():
                    yield place.relative_to(self._root).as_posix()

    def remove_folder(self, path: str) -> bool:
        """Whoever wrote into it meanwhile keeps it."""
        try:
            self._place(path).rmdir()
        except OSError:
            return False
        return True

    def erase(self, paths: Sequence[str], older_than: timedelta | None = None) -> int:
        """File by file, and then the folders are synced."""
        return erase(self._root, paths, older_than)

    def set_aside(self, path: str) -> None:
        """Under the folders it came from; one that is gone meanwhile is fine."""
        source = self._place(path)
        aside = self._files.folder(f"{STRAYS}/{Path(path).parent}") / source.name
        if os.path.lexists(source):
            source.rename(aside)

    def restore(self, damaged: Promise, twin: Promise) -> None:
        """A copy under a temporary name first: the place is never half filled."""
        temporary = self._files.folder("bulk") / f"{TEMPORARY}fsck-{damaged.sha256[:16]}"
        self._files.copy(self._place(twin.path), temporary)
        self.set_aside(damaged.path)
        self._files.keep_original(temporary, damaged.path)

    def remove(self, path: str) -> None:
        """Remove a temporary; one already gone is fine. A folder of temporaries goes whole."""
        place = self._place(path)
        if place.is_dir() and not place.is_symlink():
            shutil.rmtree(place, ignore_errors=True)
        else:
            place.unlink(missing_ok=True)

    def _place(self, path: str) -> Path:
        """The folder's links followed, the file's own not: what is planted is moved, and not what it points at."""
        place = self._root / path
        folder = place.parent.resolve()
        if not folder.is_relative_to(self._root) or place.name in ("", ".", ".."):
            raise ValueError("a path leads out of the storage root")
        return folder / place.name

    def _walk(self, folders: tuple[str, ...]) -> Iterator[StoredFile]:
        now = time.time()
        for folder in folders:
            for at, _, names in os.walk(self._root / folder):
                for name in names:
                    place = Path(at) / name
                    try:
                        looks = place.lstat()
                    except FileNotFoundError:
                        continue
                    path = place.relative_to(self._root).as_posix()
                    since = looks.st_ctime if path.startswith(STRAYS) else looks.st_mtime
                    yield StoredFile(path, timedelta(seconds=now - since), looks.st_size)


def _is_temporary(path: str) -> bool:
    return Path(path).name.startswith(TEMPORARY)
