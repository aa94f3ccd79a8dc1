"""What `media-vm replace-urls` says as it goes on: lines above a progress bar, or one JSON object at the end."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import typer

from media_vm.progress_bar import ProgressBar
from media_vm.replacing import Replacing
from media_vm.rules.replacing import Orphan, Outcome, Verdict
from media_vm.rules.undoing import Undoing
from media_vm.told_replacing import (
    orphan_json,
    outcome_json,
    tell_end,
    tell_orphan,
    tell_outcome,
    tell_undoing,
    tell_undone,
    undoing_json,
)


class Report:
    """Of one run. total: images that there will be."""

    def __init__(self, run: Replacing, total: int, *, as_json: bool) -> None:
        self._run = run
        self._as_json = as_json
        self._bar = ProgressBar(sys.stderr, total)
        self._verdicts: Counter[Verdict] = Counter()
        self._places = 0
        self._orphans = 0
        self._rows: dict[str, list[dict[str, Any]]] = {"images": [], "orphans": []}

    def whole_run(self) -> bool:
        """Replace, and tell each image and each orphan. False: somebody has to look at something. An orphan stays
        until its user uploads again: counted it is (`--status`), but it would hide whatever fails next."""
        try:
            for one in self._run.outcomes():
                self._outcome(one)
        finally:
            self._bar.hide()
        for orphan in self._run.orphans():
            self._orphan(orphan)
        return not (self._run.was_cut_short or any(one.needs_a_person for one in self._verdicts))

    def end(self, undo_log: Path | None) -> None:
        """The sums."""
        if not self._as_json:
            typer.echo(
                tell_end(
                    self._verdicts,
                    self._places,
                    self._orphans,
                    is_dry=not self._run.is_writing,
                    is_cut_short=self._run.was_cut_short,
                )
            )
            return
        story = {
            "is_dry_run": not self._run.is_writing,
            "was_cut_short": self._run.was_cut_short,
            "verdicts": {one.value: self._verdicts[one] for one in Verdict if self._verdicts[one]},
            "places": self._places,
            "undo_log": str(undo_log) if undo_log else None,
            **self._rows,
        }
        typer.echo(json.dumps(story, indent=1))

    def _outcome(self, one: Outcome) -> None:
        self._verdicts[one.verdict] += 1
        self._places += len(one.places) if one.verdict is Verdict.REPLACED else 0
        if self._as_json:
            self._rows["images"].append(outcome_json(one))
        else:
            self._bar.hide()
            typer.echo(tell_outcome(one))
        self._bar.show(self._verdicts.total())

    def _orphan(self, one: Orphan) -> None:
        self._orphans += 1
        if self._as_json:
            self._rows["orphans"].append(orphan_json(one))
        else:
            typer.echo(tell_orphan(one))


def report_undone(undone: Iterable[Undoing], *, is_writing: bool, as_json: bool) -> None:
    """Each image as it is put back, and the sums."""
    verdicts, rows = Counter[Any](), []
    for one in undone:
        verdicts[one.verdict] += 1
        if as_json:
            rows.append(undoing_json(one))
        else:
            typer.echo(tell_undoing(one))
    if as_json:
        typer.echo(json.dumps({"is_dry_run": not is_writing, "images": rows}, indent=1))
    else:
        typer.echo(tell_undone(verdicts, is_dry=not is_writing))
