"""Cycles of a worker on a world of memory, and what became of a picture after them."""

from __future__ import annotations

from datetime import timedelta

from media_vm.pipeline import run_cycle
from media_vm.rules.callbacks import EventKind
from media_vm.rules.checklist import Checklist, Step
from media_vm.testing import MemoryParts

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def let_time_pass(parts: MemoryParts, span: timedelta) -> None:
    """Run cycles as a worker does, resting in between, until `span` has passed."""
    ends = parts.clock.now + span
    while parts.clock.now <= ends:
        rest = run_cycle(parts.world)
        parts.clock.advance(max(rest, timedelta(seconds=1)))


def checklist(parts: MemoryParts, media_id: int = 1) -> Checklist:
    return parts.database.rows[media_id].checklist()


def told(parts: MemoryParts) -> list[EventKind]:
    return [event.kind for event in parts.api.sent]


def statuses(parts: MemoryParts, media_id: int = 1) -> list[str]:
    return [checklist(parts, media_id)[step].status.value for step in Step]
