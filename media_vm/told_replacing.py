"""What `media-vm replace-urls` prints: something like a diff as it goes, or one JSON object at the end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from media_vm.rules.replacing import Orphan, Outcome, Place, Verdict
from media_vm.rules.undoing import Undoing, Undone
from media_vm.told_costs import printed

DRY = "nothing was written: `--yes` writes"
SAID = {
    Verdict.REPLACED: "replaced",
    Verdict.COMPLETED: "completed, its temp path is nowhere",
    Verdict.UNPLACED: "unplaced: its temp path is nowhere; `--complete-unplaced` completes it",
    Verdict.GONE: "gone",
    Verdict.CHANGED: "left",
    Verdict.NOT_TEMP: "left",
    Verdict.UNREADABLE: "left",
    Verdict.CONTESTED: "left",
    Verdict.NOT_SERVED: "left",
}
UNDONE = {
    Undone.PUT_BACK: "put back",
    Undone.NOTHING: "nothing to put back",
    Undone.CHANGED: "left: changed since",
}
CUT_SHORT = "stopped: SMART_MEDIA_BASE_URL answers no more; the rest was not looked at"


def tell_outcome(one: Outcome) -> str:
    """A heading, and under it a pair of lines for each place."""
    why = f": {one.why}" if one.why else ""
    lines = [f"image {one.image.image_id}  {SAID[one.verdict]}{why}"]
    if one.verdict is Verdict.REPLACED:
        lines += [line for place in one.places for line in _pair(place, one.image.image_path, one.url or "")]
    elif one.verdict is not Verdict.COMPLETED:
        lines.append(f"  {printed(one.image.image_path)}")
    return "\n".join(lines)


def tell_orphan(one: Orphan) -> str:
    """One line: where it stands, and why nothing will replace it."""
    upload = f"its upload is {printed(one.status)}" if one.status else "it has no upload"
    return f"orphan  {_where(one.place)}  {printed(one.path)}: {upload}"


def tell_end(outcomes: Counter[Verdict], places: int, orphans: int, *, is_dry: bool, is_cut_short: bool) -> str:
    """How it went, in a line or a few."""
    counts = ", ".join(f"{outcomes[one]} {one.value}" for one in Verdict if outcomes[one])
    told = [f"{outcomes.total()} images: {counts or 'nothing to do'}; {places} places, {orphans} orphans"]
    told += [CUT_SHORT] if is_cut_short else []
    told += [DRY] if is_dry and (outcomes[Verdict.REPLACED] or outcomes[Verdict.COMPLETED]) else []
    return "\n".join(told)


def tell_log(path: Path) -> str:
    """How to go back."""
    return f"undo: media-vm replace-urls --undo {path}"


def tell_undoing(one: Undoing) -> str:
    """As an outcome, the other way round."""
    lines = [f"image {one.entry.image_id}  {UNDONE[one.verdict]}"]
    lines += [line for place in one.places for line in _pair(place, one.entry.url, one.entry.image_path)]
    lines += [f"  {_where(place)}  was changed since, and stays" for place in one.left]
    return "\n".join(lines)


def tell_undone(verdicts: Counter[Undone], *, is_dry: bool) -> str:
    """How it went, in a sentence."""
    counts = ", ".join(f"{verdicts[one]} {UNDONE[one]}" for one in Undone if verdicts[one])
    told = f"{verdicts.total()} images: {counts or 'nothing to undo'}"
    return f"{told}\n{DRY}" if is_dry and verdicts[Undone.PUT_BACK] else told


def outcome_json(one: Outcome) -> dict[str, Any]:
    """For a program."""
    return {
        "image_id": one.image.image_id,
        "verdict": one.verdict,
        "image_path": one.image.image_path,
        "url": one.url,
        "places": [_place_json(place) for place in one.places],
        "why": one.why or None,
    }


def orphan_json(one: Orphan) -> dict[str, Any]:
    """For a program. status: of its upload; null without one."""
    return {**_place_json(one.place), "image_path": one.path, "status": one.status}


def undoing_json(one: Undoing) -> dict[str, Any]:
    """For a program."""
    return {
        "image_id": one.entry.image_id,
        "verdict": one.verdict,
        "reopened": one.is_reopened,
        "places": [_place_json(place) for place in one.places],
        "left": [_place_json(place) for place in one.left],
    }


def _pair(place: Place, old: str, new: str) -> Iterator[str]:
    yield f"  {_where(place)}"
    yield f"  - {printed(old)}"
    yield f"  + {printed(new)}"


def _where(place: Place) -> str:
    return f"{place.column} {', '.join(f'{name}={printed(str(value))}' for name, value in place.key)}"


def _place_json(place: Place) -> dict[str, Any]:
    return {"column": str(place.column), "key": dict(place.key)}
