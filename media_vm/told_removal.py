"""What `delete` prints for a person; `--json` prints the same stories whole."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

Story = Mapping[str, Any]


def tell_deletions(stories: Sequence[Story], *, is_asked: bool, is_worked_on: bool) -> str:
    """A line a media, and what is to be done next. is_asked: they are deleted now. is_worked_on: does a worker
    live, that removes their files?"""
    return "\n".join(_lines(stories, is_asked=is_asked, is_worked_on=is_worked_on))


def _lines(stories: Sequence[Story], *, is_asked: bool, is_worked_on: bool) -> Iterator[str]:
    yield from (_line(story) for story in stories)
    ours = [story for story in stories if "error" not in story and not story["removed"]]
    if not ours:
        return
    files, size = (sum(story[what] for story in ours) for what in ("files", "bytes"))
    if not is_asked:
        yield f"would go for good: {files} files, {size} bytes; `--yes`"
    elif is_worked_on:
        yield f"deleted: a worker removes {files} files, {size} bytes"
    else:
        yield f"deleted, and shown no more: {files} files, {size} bytes stay until a worker runs, and none does"


def _line(story: Story) -> str:
    if "error" in story:
        return f"media {story['media_id']}: there is none"
    whose = f"media {story['media_id']} (pending image {story['pending_image_id']}, {story['data_type']})"
    if story["removed"]:
        return f"{whose}: deleted {story['deleted_at']}, nothing is left of it"
    shared = "; its original stays, others share it" if story["original_is_shared"] else ""
    marked = f"deleted {story['deleted_at']}" if story["deleted_at"] else story["status"]
    return f"{whose} of user {story['user_id']}: {marked}, {story['files']} files, {story['bytes']} bytes{shared}"
