"""Storage in memory."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

from media_vm.errors import ChildDied
from media_vm.rules.failures import Failure, is_whole
from media_vm.rules.paths import library_name
from media_vm.rules.pictures import (
    Variant,
    VariantSet,
)
from media_vm.rules.removal import is_trace
from media_vm.values import Download, Original, Rendering


class MemoryFiles:
    """The `Files` port over a dictionary, which the other memory adapters share as `disk`."""

    def __init__(self) -> None:
        self.disk: dict[Path, bytes] = {}
        self.reasons: dict[int, Failure] = {}
        self.free = 10**12

    def free_bytes(self) -> int:
        """What a test says."""
        return self.free

    def incoming(self, token: str) -> Path:
        """A name in memory."""
        return Path("/memory/bulk") / f".tmp-{token}"

    def keep_original(self, incoming: Path, path: str) -> None:
        """Rename."""
        self.disk[self.original(path)] = self.disk.pop(incoming)

    def original(self, path: str) -> Path:
        """Its name in memory."""
        return Path("/memory") / path

    def is_sound(self, original: Original) -> bool:
        """By the SHA-256 of what is there."""
        kept = self.disk.get(self.original(original.path))
        return kept is not None and download_of(kept).sha256 == original.sha256

    def folder(self, path: str) -> Path:
        """Folders need no making here."""
        return Path("/memory") / path

    def publish(self, rendering: Rendering, media_id: int, folder: str, slug: str) -> VariantSet:
        """Rename every rendered file."""
        if any(download_of(self.disk[one.temporary]) != Download(one.bytes, one.sha256) for one in rendering.kept):
            raise ChildDied("answered_nonsense", "a variant is not what was told of it", crash_signal=False)
        kept = []
        for one in rendering.kept:
            name = library_name(media_id, slug, one.size, one.format, one.background, one.sha256)
            self.disk[self.folder(folder) / name] = self.disk.pop(one.temporary)
            facts = (one.width, one.height, one.bytes, one.sha256)
            kept.append(Variant(one.size, one.format, one.background, *facts, f"{folder}/{name}"))
        return VariantSet(tuple(kept), rendering.not_kept)

    def quarantine(self, sources: Sequence[Path], media_id: int, failure: Failure) -> None:
        """Copy the first that is there, remember the reason."""
        self.reasons[media_id] = failure
        for source in sources:
            if source in self.disk and is_whole(failure):
                self.disk[self._aside(media_id)] = self.disk[source]
                return

    def copy(self, kept: Path, into: Path) -> Download:
        """As if it had been downloaded."""
        self.disk[into] = self.disk[kept]
        return download_of(self.disk[kept])

    def quarantined(self, media_id: int) -> Path | None:
        """The bytes that were put aside, if any were."""
        aside = self._aside(media_id)
        return aside if aside in self.disk else None

    def traces(self, media_id: int, folders: Sequence[str], *, is_old: bool = False) -> Sequence[str]:
        """By their names."""
        root = Path("/memory")
        found = (place.relative_to(root).as_posix() for place in self.disk)
        places = (*folders, "quarantine")
        near = (one for one in found if str(Path(one).parent) in places or one.startswith("quarantine/strays/"))
        return [path for path in near if is_trace(path, media_id, is_old=is_old)]

    def erase(self, paths: Sequence[str]) -> int:
        """Forget them."""
        return sum(len(self.disk.pop(self.original(path), b"")) for path in paths)

    def discard(self, *paths: Path) -> None:
        """Forget."""
        for path in paths:
            self.disk.pop(path, None)

    def _aside(self, media_id: int) -> Path:
        return Path("/memory/quarantine") / f"{media_id}.bin"


def download_of(content: bytes) -> Download:
    """What a download of these bytes reports."""
    return Download(len(content), hashlib.sha256(content).hexdigest())
