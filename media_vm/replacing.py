"""Temp paths in the main API's tables become permanent URLs; the story behind `media-vm replace-urls`.

    some at a time, by id       every image that is processed, and where its temp path stands
    rules/replacing.py          what is to become of it
    its URL answers 200         or it stays as it is
    one transaction an image    undo log, then commit

Nothing is remembered between two runs but the rows themselves: whoever is killed, or runs beside another, compares
again before each write.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from media_vm.replacing_ports import MainTables, UndoLog, UrlAnswers
from media_vm.rules.replacing import (
    Orphan,
    Outcome,
    Place,
    Processed,
    UrlAnswer,
    Verdict,
    checked,
    orphan_of,
    plan,
)
from media_vm.rules.undoing import Entry, Undoing, undoing_of

SILENT_AT_MOST = 10


@dataclass(slots=True)
class Replacing:
    """One run. is_writing: False only looks. since: images that became processed since then alone.
    was_cut_short: nobody answered any more, so that the rest was not looked at."""

    tables: MainTables
    answers: UrlAnswers
    log: UndoLog
    base_url: str
    is_writing: bool = False
    completes_unplaced: bool = False
    since: datetime | None = None
    was_cut_short: bool = False
    _silent: int = 0

    def outcomes(self) -> Iterator[Outcome]:
        """What becomes of each image, as it happens."""
        last = 0
        while not self.was_cut_short and (images := self.tables.processed_after(last, self.since)):
            yield from self._some(images)
            last = images[-1].image_id

    def orphans(self) -> Iterator[Orphan]:
        """Temp paths that no run will replace: without an upload, or with one that failed or is complete."""
        for column in self.tables.columns:
            for some in self.tables.temp_paths(column):
                uploads = self.tables.uploads_of({path for _, path in some})
                for place, path in some:
                    if orphan := orphan_of(place, path, uploads.get(path, ())):
                        yield orphan

    def _some(self, images: Sequence[Processed]) -> Iterator[Outcome]:
        plans = self._plans(images)
        answers = self.answers.of([one.url for one in plans if one.verdict.is_wanted and one.url])
        for one in plans:
            outcome = self._checked(one, next(answers)) if one.verdict.is_wanted else one
            is_wanted = self.is_writing and outcome.verdict.is_wanted
            yield self._written(outcome) if is_wanted else outcome
            if self.was_cut_short:
                return

    def _plans(self, images: Sequence[Processed]) -> list[Outcome]:
        paths = {one.image_path for one in images}
        places, uploads = self.tables.places_of(paths), self.tables.uploads_of(paths)
        return [
            plan(
                one,
                places.get(one.image_path, ()),
                uploads.get(one.image_path, ()),
                self.base_url,
                completes_unplaced=self.completes_unplaced,
            )
            for one in images
        ]

    def _checked(self, planned: Outcome, answer: UrlAnswer) -> Outcome:
        self._silent = self._silent + 1 if answer.status is None else 0
        self.was_cut_short = self._silent >= SILENT_AT_MOST
        return checked(planned, answer)

    def _written(self, outcome: Outcome) -> Outcome:
        image, url = outcome.image, outcome.url
        assert url, "whatever is wanted has a URL"

        def before_commit(places: tuple[Place, ...]) -> None:
            self.log.append(Entry(image.image_id, image.image_path, url, image.updated_at, places))

        places = self.tables.replace(image, url, outcome.places, before_commit)
        if places is None:
            return replace(outcome, verdict=Verdict.CHANGED, places=(), why="it changed while we looked")
        return replace(outcome, places=places)


def undo(tables: MainTables, entries: Sequence[Entry], *, is_writing: bool) -> Iterator[Undoing]:
    """The last entry first: a row may have been replaced more than once."""
    for entry in reversed(entries):
        undoing = undoing_of(entry, tables.now_of(entry))
        is_wanted = is_writing and (undoing.places or undoing.is_reopened)
        yield tables.put_back(undoing) if is_wanted else undoing
