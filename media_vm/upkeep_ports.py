"""What upkeep and fsck ask of the world, beside `ports.py`."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from media_vm.rules.checklist import Checklist
from media_vm.rules.upkeep import Fault, Remedy, Role, Slice
from media_vm.values import Mark


@dataclass(frozen=True, slots=True)
class Promise:
    """A file that a row names. path is relative to the storage root, sha256 in hex."""

    role: Role
    path: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Held:
    """One media with all the files that its rows promise. is_retired: its original is no more among them."""

    media_id: int
    is_from_main_api: bool
    checklist: Checklist
    promises: tuple[Promise, ...]
    is_retired: bool = False


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file below the storage root, and how long ago it was written, or put aside."""

    path: str
    age: timedelta
    bytes: int = 0


@dataclass(frozen=True, slots=True)
class Live:
    """What is being worked on right now: the leases' tokens and their media."""

    tokens: frozenset[str]
    media: frozenset[int]


@dataclass(frozen=True, slots=True)
class Job:
    """Something to be done about every so often, by one process at a time. is_wanted: is there anything to do?
    Asked by all processes before the turn is taken, so it writes nothing and reads little."""

    name: str
    every: timedelta
    run: Callable[[], object]
    is_wanted: Callable[[], bool] = lambda: True


class Promises(Protocol):
    """What the database promises of the disk. DatabaseDown from any verb."""

    def held_after(self, media_id: int, part: Slice) -> Sequence[Held]:
        """The next media of this part that are not deleted, in order of id; empty at the end."""

    def twins(self, promise: Promise) -> Sequence[Promise]:
        """Originals of the same SHA-256 under another path."""

    def without_row(self, paths: Sequence[str]) -> Sequence[str]:
        """Those of these paths that no row names."""

    def deleted(self, media_ids: Collection[int]) -> Collection[int]:
        """Those of these media that are deleted: of them nothing is kept that nobody names."""

    def remade_within(self, grace: timedelta, media_ids: Collection[int]) -> Collection[int]:
        """Those of these media that got variants so lately that a page may still show what these replaced."""

    def live(self) -> Live:
        """What is leased now."""

    def request(self, media_id: int, remedy: Remedy, note: str) -> bool:
        """Have the worker do it, or record the loss; False while somebody holds the media."""


class Marks(Protocol):
    """The part of `Store` that upkeep remembers its place with. DatabaseDown from either."""

    def mark(self, name: str, note: str = "") -> None:
        """Something happened to the whole machine now."""

    def marked(self, name: str) -> Mark | None:
        """When that last happened, and the note that was made of it."""


class Disk(Protocol):
    """The files below the storage root as they are."""

    def is_there(self) -> bool:
        """Is this a storage that originals were ever kept in, and not an empty mount point?"""

    def has(self, path: str) -> bool:
        """Is there a file, whatever is in it?"""

    def fault(self, promise: Promise) -> Fault | None:
        """MISSING, EMPTY or ALTERED (SHA-256); None when it is byte for byte as promised."""

    def stored(self) -> Iterator[StoredFile]:
        """Every finished file in bulk and library."""

    def temporaries(self) -> Iterator[StoredFile]:
        """Every unfinished file in bulk, library and quarantine."""

    def put_aside(self) -> Iterator[StoredFile]:
        """Every finished file in quarantine."""

    def empty_folders(self, grace: timedelta) -> Iterator[str]:
        """Folders that hold nothing, and did not change for so long; the deepest first."""

    def remove_folder(self, path: str) -> bool:
        """Remove it if it is empty; was it?"""

    def erase(self, paths: Sequence[str], older_than: timedelta | None = None) -> int:
        """Remove files so that a power cut brings none back; how many bytes that were. older_than: only those that
        are by now. OSError."""

    def set_aside(self, path: str) -> None:
        """Move a file below `quarantine/strays`."""

    def restore(self, damaged: Promise, twin: Promise) -> None:
        """Put the twin's bytes in the place of a damaged file, which is set aside if it is there. NoRoom."""

    def remove(self, path: str) -> None:
        """Remove a temporary, or what is left of a deleted media; one already gone is fine."""


class Turns(Protocol):
    """Whose turn it is, among all processes on one database. DatabaseDown from any verb."""

    def hold(self, holder: str) -> bool:
        """Take the lease or renew it; False while another holder's is alive."""

    def let_go(self, holder: str) -> None:
        """Leave it to the next one; nothing happens when it is somebody else's."""

    def take(self, job: str, every: timedelta) -> bool:
        """Is it this long ago that somebody took this job up? Then it is taken up now, by us."""


@dataclass(frozen=True, slots=True)
class Keeper:
    """All that upkeep needs. grace: age below which nothing is a stray. clock: monotonic seconds.
    pause: rest for so many seconds; True: stop here."""

    promises: Promises
    marks: Marks
    disk: Disk
    grace: timedelta
    clock: Callable[[], float]
    pause: Callable[[float], bool]
