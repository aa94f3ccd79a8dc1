"""Time that passes when a test says so."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

EPOCH = datetime(2025, 1, 15, 12, tzinfo=UTC)


@dataclass
class MemoryClock:
    """Time that passes when a test says so."""

    now: datetime = EPOCH

    def advance(self, by: timedelta) -> None:
        """Let time pass."""
        self.now += by

    def seconds(self) -> float:
        """A monotonic clock's reading."""
        return (self.now - EPOCH).total_seconds()
