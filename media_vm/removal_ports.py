"""What removing a deleted media asks of the world, as parts of the ports `Store` and `Files`."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Protocol

from media_vm.values import Claim


@dataclass(frozen=True, slots=True)
class Belongings:
    """What is known of a media's files: the paths that its rows name, and the folders where others of it may lie,
    renamed by a step that nobody recorded. is_old: it came with the system before ours, which named files by rules
    of its own."""

    paths: tuple[str, ...]
    folders: tuple[str, ...]
    is_old: bool = False


class Removals(Protocol):
    """The rows of deleted media. LeaseLost, DatabaseDown from any verb."""

    def belongings(self, claim: Claim) -> Belongings:
        """What its rows say."""

    def alone(self, claim: Claim, paths: Sequence[str]) -> Sequence[str]:
        """Those of these paths that no other media names: originals are shared. None of one that is wiped."""

    def wipe(self, claim: Claim, erased: Collection[str]) -> bool:
        """Leave of it what `rules/removal.py` says; its original's path last of all. erased: what is gone from the
        disk. False, and nothing is wiped: its original is shared no more, and not among these."""


class Traces(Protocol):
    """The files of deleted media."""

    def traces(self, media_id: int, folders: Sequence[str], *, is_old: bool = False) -> Sequence[str]:
        """Whatever is named after it in these folders and in quarantine, relative to the storage root. is_old: by
        the names of the system before ours, too."""

    def erase(self, paths: Sequence[str]) -> int:
        """Remove them so that a power cut brings none back; how many bytes that were. What is gone already is
        fine. OSError."""
