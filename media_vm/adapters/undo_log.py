"""The undo log on the disk: a file a run, a line an image, forced to the disk before anything is committed."""

from __future__ import annotations

import errno
import os
from collections.abc import Collection
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from media_vm.adapters.erasing import sync_folder
from media_vm.errors import WrongUse
from media_vm.rules.temp_urls import Column
from media_vm.rules.undoing import Entry, entry_of, line_of


class FileUndoLog:
    """The `UndoLog` port. The file is made with its first line, for its owner's eyes alone."""

    def __init__(self, folder: Path, began: datetime) -> None:
        self.path = folder / f"{began:%Y%m%dT%H%M%S%f}Z-{os.getpid()}.jsonl"
        self._file: BinaryIO | None = None

    def require_place(self) -> None:
        """Better said before anything is written to the database. WrongUse."""
        folder = self.path.parent
        try:
            self._make_folder()
            if not os.access(folder, os.W_OK | os.X_OK):
                raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        except OSError as error:
            raise WrongUse(
                f"{folder}, for undo logs, cannot be made or written ({error.strerror}): set "
                "MEDIA_VM_REPLACE_LOG_DIR to a folder that can; nothing was replaced"
            ) from error

    def append(self, entry: Entry) -> None:
        """OSError."""
        if self._file is None:
            self._file = self._begun()
        self._file.write(line_of(entry).encode() + b"\n")
        self._file.flush()
        os.fsync(self._file.fileno())

    @property
    def is_begun(self) -> bool:
        """Is there anything to undo?"""
        return self._file is not None

    def close(self) -> None:
        """At the end of the run."""
        if self._file is not None:
            self._file.close()

    def _begun(self) -> BinaryIO:
        self._make_folder()
        opened = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        file = os.fdopen(opened, "wb")
        sync_folder(self.path.parent)
        return file

    def _make_folder(self) -> None:
        """Forced to the disk too: a file without a name brings nothing back."""
        folder = self.path.parent
        changed = [one.parent for one in (folder, *folder.parents) if not one.exists()]
        folder.mkdir(parents=True, exist_ok=True)
        for one in changed:
            sync_folder(one)


def read_entries(path: Path, columns: Collection[Column]) -> list[Entry]:
    """What a run wrote, in its order; a last line that it could not finish was never committed. WrongUse names
    the first line that is no entry, or what is wrong with the file."""
    try:
        *lines, _ = path.read_bytes().split(b"\n")
    except OSError as error:
        raise WrongUse(f"{path}: {error.strerror}") from error
    entries = []
    for number, line in enumerate(lines, start=1):
        try:
            entries.append(entry_of(line.decode(), columns))
        except ValueError as error:
            raise WrongUse(f"{path}, line {number}: {error}") from None
    return entries
