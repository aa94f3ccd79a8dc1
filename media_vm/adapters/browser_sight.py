"""What a browser gets of one media, by its story and by the files that are there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from media_vm.rules.browser import Kept, Sight, Standing, seen
from media_vm.rules.pictures import MediaStatus


def sight_of(story: Mapping[str, Any], storage: Path) -> Sight:
    """story: as `explain` tells it."""
    standing = Standing(
        int(story["media_id"]),
        is_deleted=story["deleted_at"] is not None,
        has_failed=story["status"] == MediaStatus.FAILED,
        kept=list(_kept(story["variants"], storage.resolve())),
        step=story["current_step"],
        next_try=story["next_try"],
        heal_at=story["heal_at"],
        error=story["error"],
    )
    return seen(standing)


def _kept(variants: list[Mapping[str, Any]], root: Path) -> Iterator[Kept]:
    for one in variants:
        if path := one["path"]:
            yield Kept(one["size"], one["format"], path, _is_whole(root, path, one["bytes"]))


def _is_whole(root: Path, path: str, length: int) -> bool:
    """As serve looks: below the root, and with as many bytes as the row says."""
    try:
        place = (root / path).resolve(strict=True)
        return place.is_relative_to(root) and place.stat().st_size == length
    except (OSError, ValueError):  # ValueError: a NUL in the path
        return False
