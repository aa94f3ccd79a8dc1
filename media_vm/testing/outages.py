"""Outages in memory, judged by the memory database's histories."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from media_vm.rules.checklist import Step
from media_vm.rules.failures import Failure, Kind
from media_vm.rules.outages import ALIKE_WITHIN, LATEST, Alike, Outage, Party
from media_vm.rules.policy import Policy
from media_vm.testing.clock import MemoryClock
from media_vm.testing.database import MemoryDatabase
from media_vm.values import Media


class MemoryOutages:
    """The `Outages` port over a dictionary."""

    def __init__(self, clock: MemoryClock, policy: Policy, database: MemoryDatabase) -> None:
        self._clock, self._policy, self._database = clock, policy, database
        self._lock = threading.Lock()
        self._open: dict[Party, Outage] = {}

    def open(self) -> Sequence[Outage]:
        """Every outage that has not ended."""
        with self._lock:
            return list(self._open.values())

    def of(self, party: Party) -> Outage | None:
        """That party's outage."""
        return self._open.get(party)

    def admit(self, party: Party) -> datetime | None:
        """The first to come after its time may go; the next may after another backoff."""
        with self._lock:
            outage = self._open.get(party)
            if outage is None:
                return None
            if self._clock.now < outage.until:
                return outage.until
            self._open[party] = replace(outage, until=self._clock.now + self._policy.backoff)
            return None

    def note(self, outage: Outage) -> None:
        """It began, or goes on."""
        with self._lock:
            self._open[outage.party] = outage

    def end(self, party: Party) -> bool:
        """The party is back, and all that waited for it is due now."""
        with self._lock:
            outage = self._open.pop(party, None)
        if outage is not None:
            self._database.release_held(party, outage.until + LATEST)
        return outage is not None

    def alike(self, media: Media, step: Step, failure: Failure) -> Alike:
        """Count items and users in the histories of the last hour, back to the last success."""
        alike = {media.id: media.user_id}
        for at, row_media, outcome in sorted(self._lately(step), key=lambda one: one[0], reverse=True):
            if outcome is None:
                break
            is_same = outcome.reason == failure.reason
            if failure.kind is Kind.PERMANENT:
                is_same = is_same and outcome.fingerprint == failure.fingerprint
            if is_same and self._clock.now - at < ALIKE_WITHIN:
                alike[row_media.id] = row_media.user_id
        return Alike(len(alike), len(set(alike.values())))

    def _lately(self, step: Step) -> list[tuple[datetime, Media, Failure | None]]:
        return [
            (at, row.media, outcome.failure)
            for row in self._database.rows.values()
            for at, outcome in row.history
            if outcome.step is step
        ]
