"""What the memory database holds of one media."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime

from media_vm.rules.analysis import Analysis
from media_vm.rules.callbacks import Event, EventKind, OpenEvent
from media_vm.rules.checklist import Checklist
from media_vm.rules.listing import Listed
from media_vm.rules.pictures import VariantSet
from media_vm.testing.clock import EPOCH
from media_vm.values import Media, Outcome


@dataclass
class Told:
    """One event and how often it was told."""

    event: Event
    created_at: datetime
    due_at: datetime
    answered_at: datetime | None = None
    given_up_at: datetime | None = None
    resent: int = 0
    resent_at: datetime | None = None


@dataclass
class Row:
    """All that the memory database holds of one media."""

    media: Media
    due_at: datetime | None
    token: str = ""
    worker: str = ""
    expires_at: datetime | None = None
    arrived_at: datetime | None = None
    analysis: Analysis | None = None
    variants: VariantSet = field(default_factory=lambda: VariantSet((), ()))
    told: list[Told] = field(default_factory=list)
    history: list[tuple[datetime, Outcome]] = field(default_factory=list)
    closed_at: datetime | None = None
    renewed_at: datetime | None = None
    is_asked_again: bool = False

    def open_told(self) -> Told | None:
        """The oldest event that was not answered."""
        return next((one for one in self.told if not (one.answered_at or one.given_up_at)), None)

    def checklist(self) -> Checklist:
        """With the open event as it stands now."""
        told = self.open_told()
        event = OpenEvent(told.event.kind, told.created_at, told.due_at) if told else None
        return replace(self.media.checklist, open_event=event)

    def listed(self) -> Listed:
        """What its being listed is judged by."""
        last = self.told[-1] if self.told else Told(Event(EventKind.UPDATE, 0, "", None), EPOCH, EPOCH)
        is_open = self.open_told() is not None
        answered_at = None if is_open else last.answered_at or last.given_up_at
        listed = self.media.checklist
        return Listed(
            listed.has_failed,
            listed.has_variants,
            self.closed_at,
            self.renewed_at,
            answered_at,
            last.resent,
            last.resent_at,
        )
