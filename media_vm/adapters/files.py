"""Files under the storage root (contract §6): temporary name → write → fsync → rename → fsync of the folder.

Rows are written after their files, so that the database points only at files that are complete.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import shutil
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from media_vm.adapters.disk_failures import disk_may_be_full
from media_vm.adapters.erasing import erase, found_in, sync_folder
from media_vm.adapters.storage_identity import require
from media_vm.errors import ChildDied, ProviderDown
from media_vm.failpoints import failpoint
from media_vm.rules.failures import Failure, is_whole
from media_vm.rules.paths import library_name
from media_vm.rules.pictures import Variant, VariantSet
from media_vm.rules.removal import is_trace
from media_vm.values import Download, Original, Rendered, Rendering

TEMPORARY = ".tmp-"


_LOST = (errno.ENOENT, errno.ENOTDIR, errno.EIO)  # not there, or there no more


class DiskFiles:
    """The `Files` port on a local disk. Paths come from `rules.paths`: ids, enums and digests only.

    installation: the id that the folder carries; while it does not, nothing is written, missed or taken for gone:
    ProviderDown. None: it is not looked for.
    """

    def __init__(self, root: Path, installation: str | None = None) -> None:
        self._root = root.resolve()
        self._installation = installation

    def incoming(self, token: str) -> Path:
        """Beside the originals, so that keeping one is a rename and no copy; told of one that is away too."""
        with suppress(ProviderDown):
            self.folder("bulk")
        return self._inside("bulk") / f"{TEMPORARY}{token}"

    def keep_original(self, incoming: Path, path: str) -> None:
        """Make a downloaded file the original."""
        with disk_may_be_full():
            _publish(incoming, self.folder(str(Path(path).parent)) / Path(path).name)

    def original(self, path: str) -> Path:
        """Where a stored original is."""
        return self._inside(path)

    def is_sound(self, original: Original) -> bool:
        """Is it there, byte for byte as it arrived (SHA-256)? What the disk cannot read back any more is not."""
        try:
            return _measured(self._inside(original.path)).sha256 == original.sha256
        except OSError as error:
            if error.errno in _LOST:
                self._require_ours()
                return False
            raise

    def folder(self, path: str) -> Path:
        """Make sure that a folder under the storage root exists."""
        self._require_ours()
        folder = self._inside(path)
        with disk_may_be_full():
            new = [one for one in (folder, *folder.parents) if not one.exists()]
            folder.mkdir(mode=0o755, parents=True, exist_ok=True)
            for one in new:
                sync_folder(one.parent)  # or a power cut takes it, and with it what was published into it
        with suppress(OSError):
            os.utime(folder)  # somebody is about to write into it: no empty one to be removed (`fsck_disk.py`)
        return folder

    def publish(self, rendering: Rendering, media_id: int, folder: str, slug: str) -> VariantSet:
        """Give every rendered file the name that holds its content's hash."""
        with disk_may_be_full():
            for one in rendering.kept:
                _sync(one.temporary)
                _require_told(one)
            kept = tuple(self._publish_one(one, media_id, folder, slug) for one in rendering.kept)
            sync_folder(self._inside(folder))
        return VariantSet(kept, rendering.not_kept)

    def _publish_one(self, one: Rendered, media_id: int, folder: str, slug: str) -> Variant:
        name = library_name(media_id, slug, one.size, one.format, one.background, one.sha256)
        _rename(one.temporary, self._inside(folder) / name)
        return Variant(
            size=one.size,
            format=one.format,
            background=one.background,
            width=one.width,
            height=one.height,
            bytes=one.bytes,
            sha256=one.sha256,
            path=f"{folder}/{name}",
        )

    def quarantine(self, sources: Sequence[Path], media_id: int, failure: Failure) -> None:
        """A copy of the first source that is there, and the reason as JSON beside it."""
        folder = self.folder("quarantine")
        suffix = "bin" if is_whole(failure) else "part"
        why = {
            "media_id": media_id,
            "kind": failure.kind,
            "reason": failure.reason,
            "detail": failure.detail,
            "fingerprint": failure.fingerprint,
        }
        with disk_may_be_full():
            if source := next((one for one in sources if one.exists()), None):
                copy = folder / f"{TEMPORARY}{media_id}"
                shutil.copyfile(source, copy)
                _publish(copy, folder / f"{media_id}.{suffix}")
            note = folder / f"{TEMPORARY}{media_id}.json"
            note.write_text(json.dumps(why, indent=1))
            _publish(note, folder / f"{media_id}.json")

    def copy(self, kept: Path, into: Path) -> Download:
        """Bytes that we have already, as if they had been downloaded."""
        with disk_may_be_full():
            shutil.copyfile(kept, into)
        return _measured(into)

    def quarantined(self, media_id: int) -> Path | None:
        """The bytes that were put aside, if any were."""
        copy = self._inside(f"quarantine/{media_id}.bin")
        return copy if copy.exists() else None

    def free_bytes(self) -> int:
        """What an unprivileged process may still write."""
        self._require_ours()
        with disk_may_be_full():
            there = next(path for path in (self._root, *self._root.parents) if path.exists())
            return shutil.disk_usage(there).free

    def traces(self, media_id: int, folders: Sequence[str], *, is_old: bool = False) -> Sequence[str]:
        """Links are never followed."""
        self._require_ours()
        return [path for path in found_in(self._root, folders) if is_trace(path, media_id, is_old=is_old)]

    def erase(self, paths: Sequence[str]) -> int:
        """File by file, and then the folders are synced."""
        return erase(self._root, paths)

    def discard(self, *paths: Path) -> None:
        """Remove temporaries; those already gone are fine."""
        for path in paths:
            path.unlink(missing_ok=True)

    def _require_ours(self) -> None:
        if self._installation is not None:
            require(self._root, self._installation)

    def _inside(self, path: str) -> Path:
        """Below the root, symbolic links followed; anything else is a mistake of ours, never a request's."""
        inside = (self._root / path).resolve()
        if not inside.is_relative_to(self._root):
            raise ValueError("a path leads out of the storage root")
        return inside


def _measured(path: Path) -> Download:
    with path.open("rb") as file:
        return Download(path.stat().st_size, hashlib.file_digest(file, "sha256").hexdigest())


def _publish(temporary: Path, final: Path) -> None:
    _sync(temporary)
    _rename(temporary, final)
    sync_folder(final.parent)


def _rename(temporary: Path, final: Path) -> None:
    failpoint("renaming")
    temporary.rename(final)
    failpoint("renamed")


def _require_told(one: Rendered) -> None:
    """A child that was taken over could tell another digest than its file's: part of a name, and what fsck and
    caches go by. Before anything is renamed. ChildDied."""
    if _measured(one.temporary) != Download(one.bytes, one.sha256):
        raise ChildDied("answered_nonsense", "a variant is not what was told of it", crash_signal=False)


def _sync(path: Path) -> None:
    failpoint("syncing")
    with path.open("rb") as file:
        os.fsync(file.fileno())
