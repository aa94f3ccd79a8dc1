"""What a storage is like, for `media-vm doctor`: every folder is written to once, and left as it was."""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from itertools import pairwise
from pathlib import Path

from media_vm.adapters.erasing import sync_folder
from media_vm.rules.checkup_storage import AREAS, AreaFacts, StorageFacts

PROBE = b"media-vm doctor"


def look_at_storage(storage: Path) -> StorageFacts:
    """Folders that are not there yet are not made: the nearest one above is tried in their place."""
    root = storage.absolute()
    areas = tuple(_area(root, name) for name in AREAS)
    fine = [root / one.name for one in areas if one.is_there and one.trouble is None]
    free, inodes = _room(root)
    return StorageFacts(
        root=str(root),
        areas=areas,
        apart=_apart(fine),
        free=free,
        inodes=inodes,
        owner=_owner(root),
        user=os.geteuid(),
    )


def _area(root: Path, name: str) -> AreaFacts:
    folder = root / name
    try:
        is_there = folder.exists()
        if folder.is_symlink() and not is_there:
            return AreaFacts(name, False, "it is a link to nothing", None)
        if is_there and not folder.resolve().is_relative_to(root.resolve()):
            return AreaFacts(name, is_there, "it leads out of the storage", folder.stat().st_dev)
        tried = folder if is_there else _nearest(folder)
        _write(tried)
        return AreaFacts(name, is_there, None, tried.stat().st_dev if is_there else None)
    except OSError as error:
        return AreaFacts(name, False, f"{error.strerror or type(error).__name__}", None)


def _nearest(folder: Path) -> Path:
    return next(one for one in folder.parents if one.exists())


def _write(folder: Path) -> None:
    """As `files.py` publishes: write, fsync, rename, fsync of the folder. OSError."""
    if not folder.is_dir():
        raise NotADirectoryError(None, f"{folder} is no folder")
    temporary = folder / f".tmp-doctor-{secrets.token_hex(8)}"
    renamed = temporary.with_suffix(".renamed")
    try:
        with temporary.open("xb") as file:
            file.write(PROBE)
            file.flush()
            os.fsync(file.fileno())
        temporary.rename(renamed)
        sync_folder(folder)
        if renamed.read_bytes() != PROBE:
            raise OSError(None, "what was written is not what is read")
    finally:
        for left in (temporary, renamed):
            with suppress(OSError):
                left.unlink(missing_ok=True)


def _apart(folders: list[Path]) -> str | None:
    """Two folders that a file cannot be renamed between, though both can be written: bind mounts of one disk have
    its number, and still are two."""
    for one, other in pairwise(folders):
        there = other / f".tmp-doctor-{secrets.token_hex(8)}"
        here = one / there.name
        try:
            here.write_bytes(PROBE)
            here.rename(there)
        except OSError:
            return f"{one.name} and {other.name}"
        finally:
            for left in (here, there):
                left.unlink(missing_ok=True)
    return None


def _owner(root: Path) -> int | None:
    """None also where we may not even look."""
    try:
        return root.stat().st_uid
    except OSError:
        return None


def _room(root: Path) -> tuple[int | None, int | None]:
    try:
        told = os.statvfs(root if root.exists() else _nearest(root))
    except OSError:
        return None, None
    return told.f_bavail * told.f_frsize, told.f_favail if told.f_files else None
