"""The numbers of contract §10 that decide what happens when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class Policy:
    """The rules' own."""

    max_attempts: int = 3
    backoff: timedelta = timedelta(seconds=30)
    confirm: timedelta = timedelta(seconds=60)
    give_up: timedelta = timedelta(days=1)
    idle: timedelta = timedelta(minutes=10)
    heal_after: timedelta = timedelta(hours=1)
    heal_rounds: int = 2
    heal_per_cycle: int = 10
