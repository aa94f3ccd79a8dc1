"""What is left in the main API's tables; the story behind `media-vm replace-urls --status`.

Nothing is written. An image that still waits after a day is asked for: what was deleted here waits for no run.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from media_vm.replacing import SILENT_AT_MOST
from media_vm.replacing_ports import Counts, MainTables, UrlAnswers
from media_vm.rules.replacing import GONE, Processed, Stays, orphan_of, stays
from media_vm.rules.temp_urls import media_id_of, permanent_url_of

OVERDUE = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Staying:
    """Images that are processed and not complete. oldest: since when the first of them is; None without any, or
    where no time is held."""

    images: int
    oldest: datetime | None


@dataclass(frozen=True, slots=True)
class Left:
    """What there is. at: the database's time."""

    counts: Sequence[Counts]
    staying: Mapping[Stays, Staying]
    orphans: int
    at: datetime

    def age(self, one: Stays) -> timedelta | None:
        """Of the oldest that stays so; never negative."""
        oldest = self.staying[one].oldest
        return max(self.at - oldest, timedelta()) if oldest else None

    @property
    def is_overdue(self) -> bool:
        """Does an image wait that has been processed for a day?"""
        return (self.age(Stays.WAITING) or timedelta()) > OVERDUE


@dataclass(slots=True)
class Looking:
    """One look."""

    tables: MainTables
    answers: UrlAnswers
    base_url: str
    _silent: int = 0

    def left(self) -> Left:
        """All of it."""
        at, (shown, orphans) = self.tables.now(), self._temp_paths()
        since: dict[Stays, list[datetime | None]] = {one: [] for one in Stays}
        for one, image in self._staying(shown, at - OVERDUE):
            since[one].append(image.since)
        staying = {one: Staying(len(all_), min(filter(None, all_), default=None)) for one, all_ in since.items()}
        return Left(self.tables.counts(self.base_url), staying, orphans, at)

    def _temp_paths(self) -> tuple[Collection[str], int]:
        """Those that stand in some column, and how many places are orphans."""
        shown, orphans = set[str](), 0
        for column in self.tables.columns:
            for some in self.tables.temp_paths(column):
                uploads = self.tables.uploads_of({path for _, path in some})
                shown.update(path for _, path in some)
                orphans += sum(orphan_of(place, path, uploads.get(path, ())) is not None for place, path in some)
        return shown, orphans

    def _staying(self, shown: Collection[str], day_ago: datetime) -> Iterator[tuple[Stays, Processed]]:
        last = 0
        while images := self.tables.processed_after(last, None):
            last = images[-1].image_id
            found = {one: stays(one, shown) for one in images}
            late = [one for one, how in found.items() if how is Stays.WAITING and _is_since(one, day_ago)]
            found |= dict.fromkeys(self._gone(late), Stays.GONE)
            yield from ((how, one) for one, how in found.items())

    def _gone(self, images: Sequence[Processed]) -> Iterator[Processed]:
        """Nobody is asked any more once nobody answered for ten times."""
        asked = [(one, media_id) for one in images if (media_id := media_id_of(one.permanent_url)) is not None]
        answers = self.answers.of([permanent_url_of(self.base_url, media_id) for _, media_id in asked])
        for one, _ in asked if self._silent < SILENT_AT_MOST else ():
            status = next(answers).status
            self._silent = self._silent + 1 if status is None else 0
            if status == GONE:
                yield one
            if self._silent >= SILENT_AT_MOST:
                return


def _is_since(image: Processed, moment: datetime) -> bool:
    return image.since is not None and image.since < moment
