"""How many connections to the database whoever runs for long holds at once."""

from __future__ import annotations

from typing import Final

USUAL: Final = 8  # of an engine, where nobody says otherwise: each process of serve, each command
UPKEEP: Final = 5  # the lease's renewal and four jobs; the fifth takes a moment a day
EXPORTER: Final = 1


def of_items(items_in_flight: int) -> int:
    """Of the worker's loop: one an item, its own, and the renewal of leases."""
    return items_in_flight + 2


def held(items_in_flight: int, cpu_slots: int) -> int:
    """By one worker, and by serve with a process a CPU slot."""
    return of_items(items_in_flight) + UPKEEP + EXPORTER + cpu_slots * USUAL
