"""A picture that is live and made again all the same: what of it, why, and how far that is, for `explain`."""

from __future__ import annotations

from datetime import datetime

from media_vm.rules.checklist import Checklist, Redo, Step, StepStatus
from media_vm.rules.reprocessing import Remake

_WHY = {
    Redo.CROPS: "around a new focal point",
    Redo.FACE: "a logo's face without background was asked for",
    Redo.POLISH: "in fewer bytes, at leisure",
    Redo.REPROCESS: "asked for by media-vm reprocess",
}
_LOST = "its original was missing or altered, and is fetched once more"
_BROKEN = "files of it were missing or altered"


def remaking_body(
    checklist: Checklist, asked: Remake | None, next_try: datetime | None, *, waits: bool
) -> dict[str, object] | None:
    """What is done again, and how far it is; None: nothing. asked: a request of an operator's that is open; waits:
    its turn has not come yet. next_try: when the picture falls due."""
    if not checklist.has_variants:
        return None
    steps = _under_way(checklist, None if waits else asked)
    if steps:
        return _body(checklist, steps, _why(checklist, None if waits else asked), next_try)
    if asked is not None and waits:
        why = "waits for its turn, behind every upload"
        return {"steps": [step.value for step in Step if step in asked.steps], "why": why, "state": "waiting"}
    if checklist.redoes_variants and checklist.redo is not None:
        return {"steps": [Step.RESIZE_OPTIMIZE.value], "why": _WHY[checklist.redo], "state": "waiting"}
    return None


def _under_way(checklist: Checklist, asked: Remake | None) -> list[Step]:
    """A late analysis is none of them unless it was asked for: it makes nothing again."""
    made = {Step.RETRIEVE_FILE, Step.RESIZE_OPTIMIZE} | ({Step.AI_VISUAL_ANALYSIS} if _describes(asked) else set())
    return [step for step in Step if step in made and checklist[step].status is StepStatus.PENDING]


def _describes(asked: Remake | None) -> bool:
    return asked is not None and asked.describes


def _why(checklist: Checklist, asked: Remake | None) -> str:
    if checklist[Step.RETRIEVE_FILE].status is StepStatus.PENDING:
        return _LOST
    if checklist.remakes is not None:
        return _WHY.get(checklist.remakes, _BROKEN)
    return _WHY[Redo.REPROCESS] if asked is not None else _BROKEN


def _body(checklist: Checklist, steps: list[Step], why: str, next_try: datetime | None) -> dict[str, object]:
    state = "running" if checklist.running in steps else "due"
    attempts = max(checklist[step].attempts for step in steps)
    due = next_try.isoformat(timespec="milliseconds").replace("+00:00", "Z") if next_try else None
    told = {"steps": [step.value for step in steps], "why": why, "state": state, "attempts": attempts}
    return {**told, "next_try": due}
