"""What `delete` and `gc` print for a person, and for a program."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from media_vm.retention import Going, What
from media_vm.rules.retention import Retention

Story = Mapping[str, Any]


def tell_deletions(stories: Sequence[Story], *, is_asked: bool, is_worked_on: bool) -> str:
    """A line a media, and what is to be done next. is_asked: they are deleted now. is_worked_on: does a worker
    live, that removes their files?"""
    return "\n".join(_lines(stories, is_asked=is_asked, is_worked_on=is_worked_on))


def _lines(stories: Sequence[Story], *, is_asked: bool, is_worked_on: bool) -> Iterator[str]:
    yield from (_line(story) for story in stories)
    ours = [story for story in stories if "error" not in story and not story["removed"]]
    going, gone = ([one for one in ours if bool(one["deleted_at"]) is is_gone] for is_gone in (False, True))
    stay = "stay until a worker runs, and none does"
    if going and not is_asked:
        yield f"would go for good: {_sum(going)}; `--yes`"
    elif going:
        by_worker = f"deleted: a worker removes {_sum(going)}"
        yield by_worker if is_worked_on else f"deleted, and shown no more: {_sum(going)} {stay}"
    if gone:
        yield f"deleted already: {_sum(gone)} {'are yet to be removed by a worker' if is_worked_on else stay}"


def _sum(stories: Sequence[Story]) -> str:
    files, size = (sum(story[what] for story in stories) for what in ("files", "bytes"))
    return f"{files} files, {size} bytes"


def _line(story: Story) -> str:
    if "error" in story:
        return f"media {story['media_id']}: there is none"
    whose = f"media {story['media_id']} (pending image {story['pending_image_id']}, {story['data_type']})"
    if story["removed"]:
        return f"{whose}: deleted {story['deleted_at']}, nothing is left of it"
    shared = "; its original stays, others share it" if story["original_is_shared"] else ""
    marked = f"deleted {story['deleted_at']}" if story["deleted_at"] else story["status"]
    return f"{whose} of user {story['user_id']}: {marked}, {story['files']} files, {story['bytes']} bytes{shared}"


def tell_going(one: Going) -> str:
    """One line."""
    whose = f"media {one.media_id}" if one.media_id else "no media"
    return f"{whose:<14} {one.what:<11} {one.path}: {one.bytes} bytes"


def tell_goings(found: Sequence[Going], retention: Retention, *, is_done: bool) -> str:
    """How many of each, and what that frees."""
    counts = ", ".join(f"{here['number']} {what}" for what, here in _sums(found).items()) or "nothing"
    freed = sum(one.bytes for one in found)
    sentence = f"{counts}; {freed} bytes {'freed' if is_done else 'would be freed'} (kept: {retention})"
    return sentence if is_done or not found else f"{sentence}; `media-vm gc --yes` does it"


def goings_json(found: Sequence[Going], retention: Retention, *, is_done: bool) -> str:
    """The same for a program."""
    items = [
        {"what": one.what, "media_id": one.media_id and str(one.media_id), "path": one.path, "bytes": one.bytes}
        for one in found
    ]
    told = {"dry_run": not is_done, "retention": str(retention), "sums": _sums(found), "items": items}
    return json.dumps(told, indent=1)


def tell_pruned(sizes: Sequence[int], keep: int, *, is_done: bool) -> str:
    """What went from a backup's folder, in bytes each. keep: how many dumps stay."""
    sentence = f"{len(sizes)} files, {sum(sizes)} bytes {'freed' if is_done else 'would be freed'}"
    told = f"{sentence} (kept: the last {keep} dumps, and what they name)"
    return told if is_done or not sizes else f"{told}; `--yes` does it"


def _sums(found: Sequence[Going]) -> dict[str, dict[str, int]]:
    kinds = {what.value: [one.bytes for one in found if one.what is what] for what in What}
    return {what: {"number": len(sizes), "bytes": sum(sizes)} for what, sizes in kinds.items() if sizes}
