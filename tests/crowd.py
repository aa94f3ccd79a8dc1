"""Worker processes that share one database; their pictures, files and main API are each one's own memory."""

from __future__ import annotations

import time
import uuid
from collections import Counter
from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from itertools import pairwise

import structlog
from sqlalchemy import Engine, func
from sqlmodel import col, select

from media_vm.adapters.database import DatabaseStore
from media_vm.adapters.engine import open_engine
from media_vm.adapters.leases import DatabaseLeases
from media_vm.adapters.outages import DatabaseOutages
from media_vm.adapters.tables import MediaEvent, MediaFile
from media_vm.adapters.transactions import reading
from media_vm.pipeline import run_cycle
from media_vm.rules.checklist import Step
from media_vm.rules.policy import Policy
from media_vm.testing import memory_parts, picture
from media_vm.values import Claim
from tests.side_by_side import Ready, side_by_side

POLICY, LEASE = Policy(), timedelta(seconds=60)
WHOLE_STORY = ("remembered", *(f"{step.value} completed" for step in Step))


@dataclass(frozen=True, slots=True)
class Held:
    """How long one worker held one media, by the machine's monotonic clock: within its lease, never beyond. Who
    lost it held it for a moment."""

    media_id: int
    began: float
    ended: float


@dataclass(frozen=True, slots=True)
class Report:
    """What one worker did."""

    began: float
    ended: float
    held: list[Held]
    said: Counter[str]


@dataclass(frozen=True, slots=True)
class Crowd:
    """What all workers did. seconds: until the last was done. said: how often each line was logged."""

    seconds: float
    held: tuple[Held, ...]
    said: Counter[str]

    @property
    def claimed_twice(self) -> int:
        """How often a media was claimed while somebody else still held it."""
        held = sorted(self.held, key=lambda one: (one.media_id, one.began))
        pairs = pairwise(held)
        return sum(one.media_id == other.media_id and other.began < one.ended for one, other in pairs)


class Ledger(DatabaseLeases):
    """The true leases, and a note of who held what."""

    def __init__(self, engine: Engine) -> None:
        super().__init__(engine, POLICY, LEASE)
        self.held: dict[str, Held] = {}

    def claim(self, worker: str) -> Claim | None:
        """Note the time once it is ours."""
        claim = super().claim(worker)
        if claim:
            now = time.monotonic()
            self.held[claim.token] = Held(claim.media.id, now, now)
        return claim

    def release(self, claim: Claim, due_at: datetime | None) -> None:
        """Note the time while it is still ours."""
        self.held[claim.token] = replace(self.held[claim.token], ended=time.monotonic())
        super().release(claim, due_at)


@dataclass(frozen=True, slots=True)
class Left:
    """What is in the database afterwards. stories: how many media have each history, step by step. by_one_worker:
    how many were walked by one alone. is_stuck: is anything leased, or due some time?"""

    media: int
    stories: Counter[tuple[str, ...]]
    by_one_worker: int
    is_stuck: bool


def left_behind(engine: Engine) -> Left:
    """Read it from the history rows, which were written with each step under its lease."""
    told: dict[int, list[MediaEvent]] = {}
    with reading(engine) as session:
        media = session.exec(select(func.count()).select_from(MediaFile)).one()
        for event in session.exec(select(MediaEvent).order_by(col(MediaEvent.id))):
            told.setdefault(event.media_id, []).append(event)
    stories = Counter(tuple(event.name for event in events) for events in told.values())
    by_one = sum(1 == len({event.worker_id for event in events[1:]}) for events in told.values())
    return Left(media, stories, by_one, DatabaseLeases(engine, POLICY, LEASE).next_due() is not None)


def walk_together(url: str, *, workers: int, items: int) -> Crowd:
    """Every worker polls the same list at the same moment and goes on until nothing is due."""
    reports = side_by_side(partial(_walk, url, items), workers)
    seconds = max(one.ended for one in reports) - min(one.began for one in reports)
    said = sum((one.said for one in reports), Counter[str]())
    return Crowd(seconds, tuple(held for one in reports for held in one.held), said)


def _walk(url: str, items: int, number: int, ready: Ready) -> Report:
    said = _counted_log()
    engine, parts = open_engine(url, connections=3), memory_parts(POLICY)
    for pending_id in range(1, items + 1):
        # Users of their own: else equal bytes would be one stored original, in somebody else's memory.
        parts.api.upload(pending_id, f"{pending_id}.jpg", picture(), user_id=pending_id)
    ledger = Ledger(engine)
    world = replace(
        parts.world,
        leases=ledger,
        store=DatabaseStore(engine, POLICY),
        outages=DatabaseOutages(engine, POLICY.backoff),
        worker=f"worker-{number}",
        clock=time.monotonic,
        new_key=lambda: str(uuid.uuid4()),
    )
    ledger.next_due()  # connected before the others begin
    ready()
    began = time.monotonic()
    run_cycle(world)
    engine.dispose()
    return Report(began, time.monotonic(), list(ledger.held.values()), said)


def _counted_log() -> Counter[str]:
    """How often each line was logged from now on."""
    said: Counter[str] = Counter()

    def count(_logger: object, _method: str, line: MutableMapping[str, object]) -> Mapping[str, object]:
        said[str(line["event"])] += 1
        raise structlog.DropEvent

    structlog.configure(processors=[count], cache_logger_on_first_use=False)
    return said
