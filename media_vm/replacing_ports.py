"""What replacing temp URLs asks of the world."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from media_vm.rules.replacing import Place, Processed, Upload, UrlAnswer
from media_vm.rules.temp_urls import Column
from media_vm.rules.undoing import Entry, Now, Undoing


@dataclass(frozen=True, slots=True)
class Counts:
    """What a column holds: values that are neither NULL nor empty, and how many of them are temp or permanent."""

    column: Column
    total: int
    temp: int
    permanent: int


class MainTables(Protocol):
    """The main API's tables, by a user of our own that may do no more than this. DatabaseDown from any verb."""

    @property
    def columns(self) -> Sequence[Column]:
        """Where temp paths may stand."""

    def count(self, since: datetime | None) -> int:
        """How many images are processed, of those that became so since then."""

    def processed_after(self, image_id: int, since: datetime | None) -> Sequence[Processed]:
        """The next of them in order of id; empty at the end."""

    def places_of(self, paths: Collection[str]) -> Mapping[str, Sequence[Place]]:
        """Where each of these paths stands, byte for byte."""

    def uploads_of(self, paths: Collection[str]) -> Mapping[str, Sequence[Upload]]:
        """Every row of `pending_images` with one of these paths, byte for byte."""

    def replace(
        self,
        image: Processed,
        url: str,
        places: Sequence[Place],
        before_commit: Callable[[tuple[Place, ...]], None],
    ) -> tuple[Place, ...] | None:
        """In one transaction: the URL wherever the path still stands, and the image is complete. Returns where.

        before_commit is told that, and may fail; then nothing is written. None, and nothing is written, when the
        image is no longer as it was read, or when there were places and its path stands in none of them any more.
        """

    def temp_paths(self, column: Column) -> Iterator[Sequence[tuple[Place, str]]]:
        """All values of a column that begin as a temp path, some at a time."""

    def now_of(self, entry: Entry) -> Now:
        """What the entry's rows hold."""

    def put_back(self, undoing: Undoing) -> Undoing:
        """In one transaction: the temp path wherever the URL still stands. Returns what was done."""

    def counts(self, base_url: str) -> Sequence[Counts]:
        """What each column holds; permanent is what begins with base_url and a slash."""

    def now(self) -> datetime:
        """The database's time."""


class UrlAnswers(Protocol):
    """Asks URLs whether they are served."""

    def of(self, urls: Sequence[str]) -> Iterator[UrlAnswer]:
        """The answer of each, in their order, some at once; who stops iterating asks no more."""


class UndoLog(Protocol):
    """What brings everything back."""

    def append(self, entry: Entry) -> None:
        """It is on the disk when this returns. OSError."""
