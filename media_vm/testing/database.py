"""The database in memory, behind one lock."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import count

from media_vm.errors import LeaseLost
from media_vm.rules.analysis import Analysis
from media_vm.rules.callbacks import Event, OpenEvent
from media_vm.rules.checklist import Checklist, Policy, Step, give_back, spend
from media_vm.rules.outcomes import renewed
from media_vm.rules.pictures import (
    Format,
    VariantSet,
)
from media_vm.rules.temp_names import data_type_of
from media_vm.testing.clock import MemoryClock
from media_vm.values import Claim, Mark, Media, Original, Outcome, PendingImage


@dataclass
class _Told:
    event: Event
    created_at: datetime
    due_at: datetime
    is_answered: bool = False


@dataclass
class Row:
    """All that the memory database holds of one media."""

    media: Media
    due_at: datetime | None
    token: str = ""
    expires_at: datetime | None = None
    arrived_at: datetime | None = None
    analysis: Analysis | None = None
    variants: VariantSet = field(default_factory=lambda: VariantSet((), ()))
    told: list[_Told] = field(default_factory=list)
    history: list[Outcome] = field(default_factory=list)

    def open_told(self) -> _Told | None:
        """The oldest event that was not answered."""
        return next((one for one in self.told if not one.is_answered), None)

    def checklist(self) -> Checklist:
        """With the open event as it stands now."""
        told = self.open_told()
        event = OpenEvent(told.event.kind, told.created_at, told.due_at) if told else None
        return replace(self.media.checklist, open_event=event)


class MemoryDatabase:
    """The `Leases` and the `Store` port in one, behind one lock."""

    def __init__(self, clock: MemoryClock, policy: Policy, lease: timedelta) -> None:
        self._clock, self._policy, self._lease = clock, policy, lease
        self._lock = threading.RLock()
        self._ids = count(1)
        self._tokens = count(1)
        self._marks: dict[str, Mark] = {}
        self.rows: dict[int, Row] = {}

    # Leases

    def free_expired(self) -> int:
        """Free every lease past its expiry."""
        with self._lock:
            now = self._clock.now
            expired = [row for row in self.rows.values() if row.expires_at and row.expires_at <= now]
            for row in expired:
                row.media = replace(row.media, checklist=give_back(row.media.checklist))
                row.token, row.expires_at, row.due_at = self._new_token(), None, now
            return len(expired)

    def claim(self, worker: str) -> Claim | None:
        """The longest-due media that nobody holds."""
        with self._lock:
            now = self._clock.now
            due = [(row.due_at, key, row) for key, row in self.rows.items() if row.due_at and row.due_at <= now]
            if not due:
                return None
            row = min(due, key=lambda one: one[:2])[2]
            checklist = spend(renewed(row.checklist()), now, self._policy)
            row.media = replace(row.media, checklist=checklist)
            row.token, row.due_at, row.expires_at = self._new_token(), None, now + self._lease
            return Claim(row.media, row.token, now)

    def renew(self, claim: Claim) -> None:
        """Push the expiry."""
        with self._lock:
            self._held(claim).expires_at = self._clock.now + self._lease

    def release(self, claim: Claim, due_at: datetime | None) -> None:
        """Let go."""
        with self._lock:
            row = self._held(claim)
            row.media = replace(row.media, checklist=give_back(row.media.checklist))
            row.expires_at, row.due_at = None, due_at

    def next_due(self) -> timedelta | None:
        """How long until something falls due."""
        with self._lock:
            times = [t for row in self.rows.values() for t in (row.due_at, row.expires_at) if t]
            return max(min(times) - self._clock.now, timedelta(0)) if times else None

    # Store

    def remember(self, pending: Sequence[PendingImage]) -> int:
        """Take in what is new."""
        with self._lock:
            known = {row.media.main_api_id for row in self.rows.values()}
            new = {image.id: image for image in pending if image.id not in known}
            for image in sorted(new.values(), key=lambda one: one.id):
                media_id = next(self._ids)
                data_type = data_type_of(image.image_path, image.data_type).data_type
                media = Media(
                    media_id,
                    image.id,
                    image.user_id,
                    data_type,
                    image.original_name,
                    image.image_path,
                    None,
                    Checklist(),
                )
                self.rows[media_id] = Row(media, due_at=self._clock.now)
            return len(new)

    def record(self, claim: Claim, checklist: Checklist, outcome: Outcome) -> Media:
        """Write an outcome and the new checklist together."""
        with self._lock:
            row, now = self._held(claim), self._clock.now
            row.history.append(outcome)
            if outcome.original:
                row.arrived_at = now
                row.media = replace(row.media, original=self._shared(row.media, outcome.original))
            row.analysis = outcome.analysis or row.analysis
            row.variants = outcome.variants or row.variants
            if outcome.new_event:
                row.told.append(_Told(outcome.new_event, now, now))
            told = row.open_told()
            if outcome.step is Step.UPDATE_CALLBACK and told:
                told.is_answered = outcome.answered is not None and outcome.answered.key == told.event.key
                told.due_at = checklist.open_event.due_at if checklist.open_event else told.due_at
            row.media = replace(row.media, checklist=checklist)
            row.media = replace(row.media, checklist=row.checklist())
            return row.media

    def keep_own(self, claim: Claim, own: Original) -> Media:
        """The shared original turned out to be gone."""
        with self._lock:
            row = self._held(claim)
            row.media = replace(row.media, original=own)
            return row.media

    def analysis(self, media_id: int) -> Analysis | None:
        """What is known of the picture so far."""
        return self.rows[media_id].analysis

    def open_event(self, media_id: int) -> Event | None:
        """The oldest event that was not answered."""
        told = self.rows[media_id].open_told()
        return told.event if told else None

    def formats(self, media_id: int) -> frozenset[Format]:
        """Formats kept at any size."""
        return frozenset(variant.format for variant in self.rows[media_id].variants.kept)

    def arrived_lately(self, other_than: int, within: timedelta) -> bool:
        """Did another media's bytes arrive within this time?"""
        since = self._clock.now - within
        others = (row for row in self.rows.values() if row.media.id != other_than)
        return any(row.arrived_at is not None and row.arrived_at > since for row in others)

    def mark(self, name: str, note: str = "") -> None:
        """Something happened to the whole machine now."""
        self._marks[name] = Mark(self._clock.now, note)

    def marked(self, name: str) -> Mark | None:
        """When that last happened."""
        return self._marks.get(name)

    def _held(self, claim: Claim) -> Row:
        row = self.rows[claim.media.id]
        if row.token != claim.token:
            raise LeaseLost(f"media {claim.media.id} is somebody else's now")
        return row

    def _shared(self, media: Media, own: Original) -> Original:
        others = (row.media for row in self.rows.values() if row.media.id != media.id)
        same = (one.original for one in others if one.user_id == media.user_id and one.original)
        return next((one for one in same if one.sha256 == own.sha256), own)

    def _new_token(self) -> str:
        return f"{next(self._tokens):032x}"
