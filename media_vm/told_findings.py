"""What `fsck` prints: a line a finding as it is found, or one JSON object at the end."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from media_vm.fsck import Check, Finding
from media_vm.rules.upkeep import Remedy

PLANNED = {
    Remedy.COPY: "can be copied from the same bytes of another media",
    Remedy.FETCH: "can be fetched once more from the main API",
    Remedy.REMAKE: "can be made again by the worker",
    Remedy.SET_ASIDE: "can be moved to quarantine/strays",
    Remedy.REMOVE: "can be removed",
    Remedy.WAIT: "is being made or fetched by the worker already",
    Remedy.LOST: "lost: nothing that media VM has or knows of can bring it back",
}
APPLIED = {
    Remedy.COPY: "copied from the same bytes of another media",
    Remedy.FETCH: "the worker will fetch it once more from the main API",
    Remedy.REMAKE: "the worker will make it again",
    Remedy.SET_ASIDE: "moved to quarantine/strays",
    Remedy.REMOVE: "removed",
    Remedy.WAIT: PLANNED[Remedy.WAIT],
}


def tell_finding(one: Finding) -> str:
    """One line."""
    whose = f"media {one.media_id}" if one.media_id else "no media"
    what = f"{one.role.value} {one.fault.value}" if one.role else one.fault.value
    return f"{whose:<14} {what:<18} {one.path}: {(APPLIED if one.is_repaired else PLANNED)[one.remedy]}"


def tell_check(check: Check, found: Sequence[Finding]) -> str:
    """How it went, in a sentence."""
    left = sum(one.is_open for one in found)
    sentence = f"{check.checked} media looked at, {len(found)} findings, {left} left"
    return sentence if check.is_repairing or not found else f"{sentence}; `media-vm fsck --yes` repairs"


def as_json(check: Check, found: Sequence[Finding]) -> str:
    """The same for a program."""
    return json.dumps({"part": str(check.part), "media": check.checked, "findings": list(_rows(found))}, indent=1)


def _rows(found: Sequence[Finding]) -> Iterator[dict[str, Any]]:
    for one in found:
        yield {
            "media_id": one.media_id,
            "role": one.role,
            "fault": one.fault,
            "path": one.path,
            "remedy": one.remedy,
            "repaired": one.is_repaired,
        }
