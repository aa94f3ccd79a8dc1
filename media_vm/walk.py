"""One worker's hold on one media: its lease kept alive while it makes progress, its temporary removed."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

import structlog

from media_vm.errors import DatabaseDown, LeaseLost
from media_vm.failpoints import failpoint
from media_vm.ports import World
from media_vm.rules.analysis import Analysis
from media_vm.rules.checklist import Checklist, StepStatus, spend
from media_vm.rules.findings import Provider
from media_vm.rules.outages import Outage, Party
from media_vm.rules.outcomes import announced
from media_vm.values import Claim, Media, Original, Outcome

log = structlog.get_logger()

BEATS_A_LEASE = 3


@dataclass(slots=True)
class Walk:
    """A claimed media on its way.

    incoming: where its download goes. fingerprint: identifies its bytes. request_id: of the call that the step
    under way has made. found: what its analysis came to so far. from_kept: the step's bytes are those that
    quarantine kept. probing: parties that are away, and that this walk may try for all the others. away: providers
    of AI that it passes over; waits_for: parties whose answer its analysis still lacks, beside the one it fails
    for.
    """

    claim: Claim
    media: Media
    incoming: Path
    started: float
    world: World
    progress_at: float = 0.0
    fingerprint: str | None = None
    request_id: str | None = None
    found: Analysis | None = None
    from_kept: bool = False
    probing: set[Party] = field(default_factory=set)
    away: dict[Provider, Outage] = field(default_factory=dict)
    waits_for: list[Outage] = field(default_factory=list)
    steps_done: list[str] = field(default_factory=list)

    def now(self) -> datetime:
        """The database's time: what came back with the claim plus what passed since (contract §5.2)."""
        return self.claim.now + timedelta(seconds=self.world.clock() - self.started)

    def progress(self) -> datetime:
        """A step begins: the lease deserves to live on. Returns now."""
        self.progress_at, self.request_id, self.found = self.world.clock(), None, None
        self.away, self.waits_for = {}, []
        return self.now()

    def asks(self) -> str:
        """The X-Request-ID of a call about this media, by which both sides' logs can be laid side by side."""
        self.request_id = self.world.new_key()
        return self.request_id

    def evidence(self) -> list[Path]:
        """Where the bytes may be that a failure is about: just downloaded, or the stored original."""
        original = self.media.original
        return [self.incoming, *([self.world.files.original(original.path)] if original else [])]

    def remember(self, outcome: Outcome) -> None:
        """Note a recorded outcome for the walk's one log line; ERROR only where a person must act: a step failed
        for good."""
        failure, step = outcome.failure, outcome.step
        self.steps_done.append(f"{step.value}:{failure.reason}" if failure else step.value)
        if failure and self.media.checklist[step].status is StepStatus.FAILED:
            about = {"media_id": self.media.id, "step": step.value, "kind": failure.kind.value}
            log.error("step_failed", **about, reason=failure.reason, detail=failure.detail)

    def settle(self, own: Original) -> None:
        """Same bytes of the same user share one stored original, if the one that was there before is sound."""
        shared = self.media.original
        if shared is None or shared.path == own.path:
            return
        files = self.world.files
        if files.is_sound(shared):
            files.discard(files.original(own.path))
            failpoint("settled")
            return
        self.media = self.world.store.keep_own(self.claim, own)

    def summary(self) -> dict[str, object]:
        """The one line an item a cycle."""
        passed = self.world.clock() - self.started
        return {
            "media_id": self.media.id,
            "steps": self.steps_done,
            "status": self.media.checklist.status.value,
            "ms": round(passed * 1000),
        }


def let_go(walk: Walk, until: datetime | None, world: World) -> None:
    """Nobody's again, until it falls due; None: nothing can."""
    failpoint("releasing")
    world.leases.release(walk.claim, until)
    failpoint("released")


def record(walk: Walk, checklist: Checklist, outcome: Outcome, world: World) -> None:
    """Write an outcome, what follows from it and the next step's attempt in one go, under the lease."""
    now, attempts = walk.now(), walk.media.checklist[outcome.step].attempts
    if outcome.new_event:
        checklist = announced(checklist, outcome.new_event.kind, now)
    outcome = replace(outcome, attempt=attempts, request_id=walk.request_id)
    walk.media = world.store.record(walk.claim, spend(checklist, now, world.policy), outcome)
    failpoint("recorded")
    walk.remember(outcome)
    if outcome.original:
        walk.settle(outcome.original)


@contextmanager
def begin_walk(claim: Claim, world: World) -> Iterator[Walk]:
    """Hold the lease until the block ends; heartbeats tell of progress, not mere life (contract §5.2)."""
    original = claim.media.original
    walk = Walk(claim, claim.media, world.files.incoming(claim.token), world.clock(), world)
    walk.progress_at = walk.started
    walk.fingerprint = f"sha256:{original.sha256}" if original else None
    over = threading.Event()
    heart = threading.Thread(target=_beat, args=(walk, over), daemon=True, name=f"heart-{claim.media.id}")
    heart.start()
    try:
        yield walk
    finally:
        over.set()
        heart.join()
        world.files.discard(walk.incoming)


def _beat(walk: Walk, over: threading.Event) -> None:
    """Renew while the step makes progress; a stuck one loses its lease and somebody else takes it. Downloads and
    child processes have deadlines of their own; a step may queue for a child behind every other item in flight."""
    world = walk.world
    longest = world.step_limit.total_seconds() * (1 + world.items_in_flight)
    while not over.wait(world.lease.total_seconds() / BEATS_A_LEASE):
        if world.clock() - walk.progress_at > longest:
            continue
        try:
            world.leases.renew(walk.claim)
        except DatabaseDown:
            log.warning("heartbeat_missed", media_id=walk.media.id)
        except LeaseLost:
            return
