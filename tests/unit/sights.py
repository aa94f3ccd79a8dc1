"""A world of memory with a provider and a model that see its pictures."""

from __future__ import annotations

import json
from typing import Any

from media_vm.errors import ProviderDown
from media_vm.rules.checklist import Step, StepStatus
from media_vm.rules.findings import Provider
from media_vm.testing import MemoryParts, memory_parts
from tests.said import seen, told

DOWN = ProviderDown("unreachable", "the provider is away")
GOOGLE_ALONE = frozenset({Provider.GOOGLE})


def seeing() -> MemoryParts:
    """A provider and a model are set up, and answer."""
    made = memory_parts()
    made.vision.is_configured = True
    made.vision.seen, made.vision.told = seen(text="OAF 2025"), told(caption="Two boats")
    return made


def bodies(parts: MemoryParts) -> list[dict[str, Any]]:
    """What the main API was told."""
    return [json.loads(event.body or "") for event in parts.api.sent]


def times_asked(parts: MemoryParts) -> int:
    """How often the model was."""
    return sum(Provider.OPENAI not in skipped for skipped in parts.vision.skipped)


def analysis_step(parts: MemoryParts, media_id: int = 1) -> tuple[StepStatus, int]:
    """Its column, and the attempts that it cost."""
    entry = parts.database.rows[media_id].checklist()[Step.AI_VISUAL_ANALYSIS]
    return entry.status, entry.attempts
