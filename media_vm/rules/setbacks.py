"""What a verdict on a failed step rests on, and what it says."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from media_vm.rules.checklist import Checklist
from media_vm.rules.policy import Policy


@dataclass(frozen=True, slots=True)
class Setting:
    """What a verdict may rest on besides the checklist itself.

    chance: a random number 0–1 for the jitter. others_arrive: another item's bytes came within the last hour.
    held_until: when the party that is away will be tried next; all that it holds waits until then. outage_turn:
    which failure of that outage this is, and outage_party whose; 0 if it merely waits. from_kept: the bytes are
    what quarantine kept.
    """

    now: datetime
    policy: Policy
    chance: float
    others_arrive: bool = False
    held_until: datetime | None = None
    outage_turn: int = 0
    outage_party: str | None = None
    from_kept: bool = False


@dataclass(frozen=True, slots=True)
class Setback:
    """A failed step's verdict: the new checklist; do the bytes go to quarantine, is a `cleanup` owed."""

    checklist: Checklist
    quarantine: bool = False
    cleanup: bool = False
