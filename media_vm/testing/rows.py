"""What the database in memory keeps, and what it says when it is asked."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from datetime import timedelta
from itertools import count

from media_vm.errors import Deleted, LeaseLost
from media_vm.rules.analysis import Analysis
from media_vm.rules.callbacks import Event
from media_vm.rules.known import Known, SiteKnown, known_of
from media_vm.rules.pictures import Made, Variant
from media_vm.rules.policy import Policy
from media_vm.testing.clock import MemoryClock
from media_vm.testing.row import Row
from media_vm.values import WORKER_MARK, Claim, Mark, Media, Original


class MemoryRows:
    """The rows behind one lock, and the machine's marks."""

    def __init__(self, clock: MemoryClock, policy: Policy, lease: timedelta) -> None:
        self._clock, self._policy, self._lease = clock, policy, lease
        self._lock = threading.RLock()
        self._ids = count(1)
        self._tokens = count(1)
        self._marks: dict[str, Mark] = {}
        self.rows: dict[int, Row] = {}

    def analysis(self, media_id: int) -> Analysis | None:
        """What is known of the picture so far."""
        return self.rows[media_id].analysis

    def known(self, media: Media) -> Known:
        """Its owner's words; nobody has a site here."""
        return known_of(media.data_type, media.original_name, self.analysis(media.id), SiteKnown())

    def open_event(self, media_id: int) -> Event | None:
        """The oldest event that was not answered."""
        row = self.rows[media_id]
        if row.media.is_deleted:
            raise Deleted(f"media {media_id} is told no more")
        told = row.open_told()
        return told.event if told else None

    def made(self, media_id: int) -> Made:
        """Formats and faces kept at any size."""
        return self.rows[media_id].variants.made

    def kept(self, media_id: int) -> Sequence[Variant]:
        """Every variant that is kept."""
        return self.rows[media_id].variants.kept

    def arrived_lately(self, other_than: int, within: timedelta) -> bool:
        """Did another media's bytes arrive within this time?"""
        since = self._clock.now - within
        others = (row for row in self.rows.values() if row.media.id != other_than)
        return any(row.arrived_at is not None and row.arrived_at > since for row in others)

    def sign_on(self, worker: str) -> None:
        """This worker lives."""
        self.mark(f"{WORKER_MARK}{worker}")

    def sign_off(self, worker: str) -> None:
        """This worker ends in good order."""
        self._marks.pop(f"{WORKER_MARK}{worker}", None)

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

    def _alive(self, claim: Claim) -> Row:
        row = self._held(claim)
        if row.media.is_deleted:
            raise Deleted(f"media {claim.media.id} was deleted")
        return row

    def _leased(self, claim: Claim) -> Row:
        row = self._held(claim)
        if row.expires_at is None:
            raise LeaseLost(f"media {claim.media.id} was let go")
        return row

    def _shared(self, media: Media, own: Original) -> Original:
        others = (one for row in self.rows.values() if not (one := row.media).is_deleted and one.id != media.id)
        same = (one.original for one in others if one.user_id == media.user_id and one.original)
        return next((one for one in same if one.sha256 == own.sha256), own)

    def _new_token(self) -> str:
        return f"{next(self._tokens):032x}"
