"""The worker's adapters, counting as they go. The stories know nothing of it."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from sqlalchemy import Engine

from media_vm.adapters.ai_usage import DatabaseSpending
from media_vm.adapters.database import DatabaseStore
from media_vm.adapters.leases import DatabaseLeases
from media_vm.adapters.main_api import HttpMainAPI
from media_vm.adapters.transfer import Transfer
from media_vm.adapters.worker_counts import ANSWERED, UNKNOWN_THERE, WorkerCounts
from media_vm.ai_ports import Reservation
from media_vm.errors import StepFailed
from media_vm.rules.callbacks import Event
from media_vm.rules.checklist import Checklist
from media_vm.rules.findings import Call
from media_vm.rules.policy import Policy
from media_vm.rules.prices import Prices, cost_of, sound
from media_vm.values import Answer, Claim, Download, Media, Outcome, PendingList


class CountedStore(DatabaseStore):
    """Counts what was recorded, once it was."""

    def __init__(self, engine: Engine, policy: Policy, counts: WorkerCounts) -> None:
        super().__init__(engine, policy)
        self._counts = counts

    def record(self, claim: Claim, checklist: Checklist, outcome: Outcome) -> Media:
        """How a step ended."""
        media = super().record(claim, checklist, outcome)
        self._counts.outcome(outcome, checklist[outcome.step].status)
        return media

    def heal(self) -> int:
        """How many got a further round."""
        items = super().heal()
        self._counts.healed(items)
        return items

    def sign_on(self, worker: str) -> None:
        """That the loop goes round."""
        self._counts.alive()  # first: a database that is away is no reason to restart a loop that waits for it
        super().sign_on(worker)


class CountedLeases(DatabaseLeases):
    """Counts the leases of those that went silent."""

    def __init__(self, engine: Engine, policy: Policy, lease: timedelta, counts: WorkerCounts) -> None:
        super().__init__(engine, policy, lease)
        self._counts = counts

    def free_expired(self, chance: float) -> int:
        """How many were freed."""
        freed = super().free_expired(chance)
        self._counts.freed(freed)
        return freed


class CountedMainAPI(HttpMainAPI):
    """Counts what is asked of the main API and told it."""

    def __init__(
        self,
        url: str,
        key: str,
        transfer: Transfer,
        limit: timedelta,
        counts: WorkerCounts,
        *,
        asks_context: bool = False,
    ) -> None:
        super().__init__(url, key, transfer, limit, asks_context=asks_context)
        self._counts = counts

    def pending(self) -> PendingList:
        """How polls went."""
        try:
            pending = super().pending()
        except StepFailed as error:
            self._counts.polled(error.kind.value)
            raise
        self._counts.polled(ANSWERED)
        return pending

    def download(self, image_path: str, into: Path, request_id: str) -> Download:
        """How many bytes came."""
        download = super().download(image_path, into, request_id)
        self._counts.fetched(download.bytes)
        return download

    def send(self, event: Event, request_id: str) -> Answer:
        """How events were taken."""
        try:
            answer = super().send(event, request_id)
        except StepFailed as error:
            self._counts.told(event.kind, error.kind.value)
            raise
        self._counts.told(event.kind, UNKNOWN_THERE if answer.is_unknown else ANSWERED)
        return answer


class CountedSpending(DatabaseSpending):
    """Counts calls, tokens and money."""

    def __init__(self, engine: Engine, prices: Prices, cap: int | None, worker: str, counts: WorkerCounts) -> None:
        super().__init__(engine, prices, cap, worker)
        self._counts = counts

    def record(
        self, call: Call, media_id: int | None, prompt_version: str, reservation: Reservation | None = None
    ) -> None:
        """What a call came to."""
        super().record(call, media_id, prompt_version, reservation)
        self._counts.called(sound(call), cost_of(call, self._prices)[0])
