"""What `media-vm reprocess` prints for a person, and as JSON."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from media_vm.reprocess_ports import Progress
from media_vm.reprocessing import Plan
from media_vm.rules.remake_estimate import USUAL_SECONDS, Estimate
from media_vm.rules.reprocessing import Remake, RequestState

Story = Mapping[str, Any]

_NAMED = 20  # ids in a line
_ENDED = (RequestState.DONE, RequestState.FAILED, RequestState.LEFT)


def plan_json(
    found: Plan, remake: Remake, took: Estimate | None, usd: float | None, asked: int | None
) -> dict[str, Any]:
    """For a program. took: of the variants, if any are made. usd: of the analyses; None: nobody knows. asked: how
    many were put into the queue; None: a dry run."""
    return {
        "pictures": len(found.media_ids),
        "by_type": {kind.value: number for kind, number in sorted(found.kinds.items())},
        "steps": sorted(step.value for step in remake.steps),
        "sizes": sorted(remake.sizes),
        "formats": sorted(remake.formats),
        "estimated_cpu_minutes": round(took.seconds / 60, 2) if took else 0.0,
        "estimated_from_samples": took.samples if took else None,
        "estimated_usd": usd,
        "already_asked": found.is_asked,
        "under_way": found.under_way,
        "left": [{"media_id": str(one), "reason": lack.value} for one, lack in found.lacking.items()],
        "unknown": [str(one) for one in found.unknown],
        "queued": asked,
    }


def tell_plan(story: Story) -> str:
    """A few lines."""
    return "\n".join(_plan_lines(story))


def _plan_lines(story: Story) -> Iterator[str]:
    queued = story["queued"]
    number = story["pictures"] if queued is None else queued
    pictures = "1 picture" if number == 1 else f"{number} pictures"
    will = "would be made again (`--yes`)" if queued is None else "will be made again, behind every upload"
    parts = ", ".join((*story["sizes"], *story["formats"]))
    yield f"{pictures} {will}: {', '.join(story['steps'])}" + (f" ({parts})" if parts else "")
    for kind, many in story["by_type"].items():
        yield f"  {kind:<8} {many}"
    if (samples := story["estimated_from_samples"]) is not None:
        source = (
            f"by {samples} measured here" if samples else f"at {USUAL_SECONDS:g} s each, as none was measured here"
        )
        yield f"estimated: {story['estimated_cpu_minutes']:.1f} CPU minutes, {source}"
    if "ai_visual_analysis" in story["steps"]:
        usd = story["estimated_usd"]
        cost = "at a price that nobody knows" if usd is None else f"{usd:.2f} USD"
        yield f"estimated: {cost} for descriptions; answers that are kept cost nothing"
    if story["already_asked"]:
        yield f"{story['already_asked']} wait for it already, and are asked for once"
    if story["under_way"]:
        yield f"{story['under_way']} are being made again right now: ask for them again when they are done"
    yield from _left_lines(story)


def _left_lines(story: Story) -> Iterator[str]:
    by_reason = defaultdict[str, list[str]](list)
    for one in story["left"]:
        by_reason[one["reason"]].append(one["media_id"])
    for reason, ids in by_reason.items():
        yield f"{len(ids)} left as they are, {reason}: {_named(ids)}"
    if unknown := story["unknown"]:
        yield f"{len(unknown)} unknown or deleted: {_named(unknown)}"


def _named(ids: list[str]) -> str:
    more = len(ids) - _NAMED
    return ", ".join(ids[:_NAMED]) + (f" and {more} more (`--json` names all)" if more > 0 else "")


def progress_json(progress: Progress) -> dict[str, Any]:
    """For a program. seconds_left: an estimate by the pace so far; None: nobody knows."""
    numbers = {state.value: progress.numbers.get(state, 0) for state in RequestState}
    return {
        **numbers,
        "total": sum(numbers.values()),
        "asked_at": progress.asked_at.isoformat() if progress.asked_at else None,
        "seconds_left": _seconds_left(progress),
        "troubles": [
            {"media_id": str(one.media_id), "state": one.state.value, "reason": one.note}
            for one in progress.troubles
        ],
    }


def _seconds_left(progress: Progress) -> float | None:
    done = sum(progress.numbers.get(state, 0) for state in _ENDED)
    left = sum(progress.numbers.values()) - done
    if not left:
        return 0.0
    if not done or progress.begun_at is None:
        return None
    return round((progress.now - progress.begun_at).total_seconds() / done * left)


def tell_progress(story: Story) -> str:
    """One line, and one for each that came to nothing."""
    if not story["total"]:
        return "nothing was asked to be made again"
    told = [progress_line(story)]
    told += [f"  {one['state']}: media {one['media_id']}: {one['reason']}" for one in story["troubles"]]
    more = story["failed"] + story["left"] - len(story["troubles"])
    return "\n".join([*told, f"  and {more} more"] if more > 0 else told)


def progress_line(story: Story) -> str:
    """`12 of 40 done, 2 under way, 26 wait; about 3 min left`."""
    parts = [f"{story['done']} of {story['total']} made again"]
    parts += [f"{story[name]} {name}" for name in ("failed", "left") if story[name]]
    parts += [f"{story['begun']} under way"] if story["begun"] else []
    parts += [f"{story['waiting']} wait"] if story["waiting"] else []
    left = story["seconds_left"]
    is_over = not (story["begun"] or story["waiting"])
    pace = (
        "" if is_over else "; how long nobody knows yet" if left is None else f"; about {left / 60:.0f} min left"
    )
    return ", ".join(parts) + pace
