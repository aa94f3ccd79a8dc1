"""A backup forgets: dumps beyond those that are kept go, and the files that none of the kept names.

A file that is in the storage still stays, whoever's it is: the next backup would only copy it again. A dump goes
before its files, so that a kill at any moment leaves no dump behind that lacks any.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from media_vm.adapters.backup_folder import FILES, alone_in, dumps_in, files_below, label_of
from media_vm.adapters.dump_names import named_in
from media_vm.adapters.erasing import erase, sync_folder
from media_vm.errors import Misconfigured, WrongUse


@dataclass(frozen=True, slots=True)
class Pruned:
    """A dump or a file that goes. path: relative to the backup's folder."""

    path: str
    bytes: int


def prune(storage: Path, folder: Path, keep: int, *, is_done: bool) -> Iterator[Pruned]:
    """All that goes, as it is found. storage: the folder that is backed up here. keep: how many dumps stay.

    While a kept dump awaits adoption, whose files no row names yet, only dumps go. OSError, WrongUse (no backup, a
    dump that is not whole), Misconfigured (no storage).
    """
    if not label_of(folder) or not dumps_in(folder):
        raise WrongUse(f"{folder} holds no backup: nothing would name any file")
    if not (storage / "bulk").is_dir():
        raise Misconfigured("storage_gone", f"{storage} holds no originals: is the storage mounted?")
    with alone_in(folder):
        dumps = dumps_in(folder)  # a backup that has just ended may have added one
        ours = (folder / FILES).resolve()
        unnamed = [path for path in files_below(ours) if not os.path.lexists(storage / path)]
        for one in dumps[-keep:]:  # before anything goes, for one may not be whole
            unnamed = _unnamed(unnamed, one.place)
        for one in dumps[:-keep]:
            yield _dump_gone(one.place, is_done=is_done)
        if is_done:
            sync_folder(folder)
        for path in unnamed:
            yield _file_gone(ours, path, is_done=is_done)


def _unnamed(paths: list[str], dump: Path) -> list[str]:
    """By one dump at a time: the names of a large database take much memory."""
    named = named_in(dump)
    return [] if named.awaits_adoption else [path for path in paths if not named.has(path)]


def _dump_gone(dump: Path, *, is_done: bool) -> Pruned:
    size = dump.stat().st_size
    if is_done:
        dump.unlink()
    return Pruned(dump.name, size)


def _file_gone(root: Path, path: str, *, is_done: bool) -> Pruned:
    size = (root / path).lstat().st_size
    if is_done:
        erase(root, [path])
        _remove_empty((root / path).parent, root)
    return Pruned(f"{FILES}/{path}", size)


def _remove_empty(folder: Path, root: Path) -> None:
    """A folder's name may be a user's number."""
    while folder != root and not any(folder.iterdir()):
        folder.rmdir()
        folder = folder.parent
