"""The ports of replacing temp URLs, made of memory."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from media_vm.replacing_ports import Counts
from media_vm.rules.replacing import Place, Processed, Upload, UrlAnswer
from media_vm.rules.temp_urls import TEMP_PREFIX, Column
from media_vm.rules.undoing import COMPLETE, Entry, Now, Undoing
from media_vm.testing.clock import MemoryClock

PROCESSED = "processed"
AT_ONCE = 2


@dataclass
class PendingRow:
    """One row of `pending_images`; None is NULL."""

    image_path: str
    status: str = PROCESSED
    permanent_url: str | None = None
    updated_at: str | None = None


class MemoryMainTables:
    """The `MainTables` port. values: what each place holds; pending: rows by id, in order."""

    def __init__(self, columns: Sequence[Column], clock: MemoryClock) -> None:
        self._columns = tuple(columns)
        self._clock = clock
        self.pending: dict[int, PendingRow] = {}
        self.values: dict[Place, str | None] = {}

    @property
    def columns(self) -> Sequence[Column]:
        """As set up."""
        return self._columns

    def count(self, since: datetime | None) -> int:
        """All of them."""
        return len(self._processed(0, since))

    def processed_after(self, image_id: int, since: datetime | None) -> Sequence[Processed]:
        """A few at once, so that a test sees more than one batch."""
        return self._processed(image_id, since)[:AT_ONCE]

    def places_of(self, paths: Collection[str]) -> Mapping[str, Sequence[Place]]:
        """By comparing."""
        return {path: [one for one, value in self.values.items() if value == path] for path in paths}

    def uploads_of(self, paths: Collection[str]) -> Mapping[str, Sequence[Upload]]:
        """By comparing."""
        rows = self.pending.items()
        return {
            path: [Upload(id_, row.status, row.permanent_url or "") for id_, row in rows if row.image_path == path]
            for path in paths
        }

    def replace(
        self,
        image: Processed,
        url: str,
        places: Sequence[Place],
        before_commit: Callable[[tuple[Place, ...]], None],
    ) -> tuple[Place, ...] | None:
        """Nothing is written before everything has been compared."""
        row = self.pending.get(image.image_id)
        changed = tuple(one for one in places if self.values.get(one) == image.image_path)
        if row is None or _seen(row) != (image.image_path, PROCESSED, image.permanent_url):
            return None
        if places and not changed:
            return None
        before_commit(changed)
        self.values.update(dict.fromkeys(changed, url))
        row.status, row.updated_at = COMPLETE, f"{self._clock.now:%Y-%m-%d %H:%M:%S}"
        return changed

    def temp_paths(self, column: Column) -> Iterator[Sequence[tuple[Place, str]]]:
        """One at a time."""
        for place, value in list(self.values.items()):
            if place.column == column and value is not None and value.startswith(TEMP_PREFIX):
                yield [(place, value)]

    def now_of(self, entry: Entry) -> Now:
        """As it is."""
        row = self.pending.get(entry.image_id)
        status = row.status if row and row.image_path == entry.image_path else None
        return Now({one: self.values.get(one) for one in entry.places}, status)

    def put_back(self, undoing: Undoing) -> Undoing:
        """Whatever still holds the URL."""
        entry, row = undoing.entry, self.pending[undoing.entry.image_id]
        either = (entry.url, entry.image_path)
        places = tuple(one for one in undoing.places if self.values.get(one) in either)
        left = tuple(one for one in undoing.places if one not in places)
        is_reopened = undoing.is_reopened and row.status in (COMPLETE, PROCESSED)
        self.values.update(dict.fromkeys(places, entry.image_path))
        if is_reopened and row.status == COMPLETE:
            row.status, row.updated_at = PROCESSED, entry.updated_at or row.updated_at
        return Undoing(entry, places, (*undoing.left, *left), is_reopened=is_reopened)

    def counts(self, base_url: str) -> Sequence[Counts]:
        """By looking at every value."""
        return [_counts(one, self._held(one), base_url) for one in self._columns]

    def now(self) -> datetime:
        """By the clock of memory."""
        return self._clock.now

    def _processed(self, image_id: int, since: datetime | None) -> list[Processed]:
        start = f"{since.astimezone(UTC):%Y-%m-%d %H:%M:%S}" if since else ""
        return [
            Processed(id_, row.image_path, row.permanent_url or "", row.updated_at)
            for id_, row in sorted(self.pending.items())
            if id_ > image_id and row.status == PROCESSED and (row.updated_at or "") >= start
        ]

    def _held(self, column: Column) -> list[str]:
        return [value for place, value in self.values.items() if place.column == column and value]


@dataclass
class MemoryAnswers:
    """The `UrlAnswers` port. answers: by URL; others are a served JPEG. asked: in order."""

    answers: dict[str, UrlAnswer] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def of(self, urls: Sequence[str]) -> Iterator[UrlAnswer]:
        """One after the other."""
        for url in urls:
            self.asked.append(url)
            yield self.answers.get(url, UrlAnswer(200, "image/jpeg"))


@dataclass
class MemoryUndoLog:
    """The `UndoLog` port."""

    entries: list[Entry] = field(default_factory=list)

    def append(self, entry: Entry) -> None:
        """Kept."""
        self.entries.append(entry)


def _seen(row: PendingRow) -> tuple[str, str, str]:
    return row.image_path, row.status, row.permanent_url or ""


def _counts(column: Column, values: Sequence[str], base_url: str) -> Counts:
    temp = sum(value.startswith(TEMP_PREFIX) for value in values)
    return Counts(column, len(values), temp, sum(value.startswith(f"{base_url}/") for value in values))
