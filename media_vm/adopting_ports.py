"""What taking over asks of the world, beside `ports.py`."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Protocol

from media_vm.rules.adopting import Found, Key, Verdict
from media_vm.rules.analysis import Measured
from media_vm.rules.checklist import Checklist
from media_vm.rules.pictures import Background, DataType, Size, SourceFacts, Variant
from media_vm.values import Download, Original


@dataclass(frozen=True, slots=True)
class Old:
    """One media that came with the system before ours.

    bulk_path, library_path: as its row has them. has_original: adopted, too. kept: variants that have a row, and
    formats known not to be kept; kept_paths: their files. is_measured: `local` looked at it. is_settled: adopted
    before. is_made_here: a worker of ours made its variants since. shares_library: another media's row names the
    same library_path.
    """

    media_id: int
    user_id: int
    data_type: DataType
    main_api_id: int | None
    bulk_path: str | None
    library_path: str | None
    has_original: bool
    checklist: Checklist
    kept: frozenset[Key]
    kept_paths: frozenset[str]
    has_analysis: bool
    is_measured: bool
    is_settled: bool
    is_made_here: bool
    is_leased: bool
    shares_library: bool


@dataclass(frozen=True, slots=True)
class OldFile:
    """A file that may be a variant. path: relative to the storage root; written: when, in seconds."""

    path: str
    size: Size
    background: Background
    written: float


@dataclass(frozen=True, slots=True)
class Refused:
    """A file that was left alone, and why."""

    path: str
    why: str


@dataclass(frozen=True, slots=True)
class Settlement:
    """What is written of one media, in one transaction. original: with facts, if it was found. measured: to fill
    what its analysis lacks."""

    old: Old
    verdict: Verdict
    found: Found
    variants: tuple[Variant, ...]
    original: Original | None = None
    facts: SourceFacts | None = None
    measured: Measured | None = None
    due_in: timedelta = timedelta(0)
    note: str = ""


class OldRows(Protocol):
    """The media that were taken over, by their rows. DatabaseDown from any verb."""

    def count(self) -> int:
        """How many there are."""

    def after(self, media_id: int) -> Sequence[Old]:
        """The next of them in order of id; empty at the end."""

    def neighbours(self, old: Old, ids: Collection[int]) -> frozenset[int]:
        """Those of these ids that are media of the same user and type, and others than this one."""

    def settle(self, settlement: Settlement) -> Verdict:
        """In one transaction, its verdict; or nothing is written: HELD while a worker holds the media, UNCHANGED
        if it was deleted meanwhile."""

    def done(self) -> None:
        """All of them were looked at: from now on a file that no row names is nobody's."""


class OldStorage(Protocol):
    """The storage folder of the system before ours. No link is followed below its three areas. OSError."""

    def original(self, old: Old) -> str | Refused | None:
        """Where its original is: as its row says, else by name wherever in `bulk` a single file fits."""

    def candidates(self, old: Old) -> tuple[Sequence[OldFile], Sequence[Refused]]:
        """Its files in the library and among legacy thumbnails, by their names."""

    def measure(self, path: str) -> Download:
        """Length and SHA-256 of a plain file."""

    def place(self, path: str) -> Path:
        """Where a child finds it."""


class Eyes(Protocol):
    """What is seen of a picture, in child processes with limits."""

    def look_through(self, source: Path) -> SourceFacts:
        """Header and every pixel. StepFailed."""

    def measure(self, source: Path, data_type: DataType) -> Measured:
        """What `local` finds. StepFailed."""
