"""What one worker counts as it works, in Prometheus's names and base units. Labels are our words, never ids."""

from __future__ import annotations

import time
from datetime import timedelta

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, disable_created_metrics

from media_vm.rules.callbacks import EventKind
from media_vm.rules.checklist import Step, StepStatus
from media_vm.rules.failures import Kind
from media_vm.rules.findings import Call, Provider
from media_vm.rules.prices import MICRO
from media_vm.values import Outcome

STEP_BUCKETS = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300)  # seconds; 300: the usual step limit
COMPLETED, AGAIN, FAILED, HELD = "completed", "again", "failed", "held"
DIRECTIONS = "in", "out"
TASKS = "vision", "embedding"  # of AI calls
SEVERAL = 4  # attempts from here on are one label
ANSWERED, UNKNOWN_THERE = "answered", "unknown_there"

disable_created_metrics()  # type: ignore[no-untyped-call]  # a second time series a label for what nobody asks


class WorkerCounts:
    """registry: what the exporter tells. Any thread may count."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._work()
        self._talk()
        self._ai()
        self._begin_at_zero()
        self.alive()

    def outcome(self, outcome: Outcome, status: StepStatus) -> None:
        """One attempt's end was recorded. status: the step's, after it."""
        step, kind = outcome.step.value, outcome.failure.kind.value if outcome.failure else ""
        if outcome.is_held:
            self._steps.labels(step, HELD, kind).inc()
            return
        failed = FAILED if status is StepStatus.FAILED else AGAIN
        self._steps.labels(step, failed if outcome.failure else COMPLETED, kind).inc()
        self._attempts.labels(step, _attempt(outcome.attempt)).inc()
        self._seconds.labels(step).observe(max(0.0, outcome.took.total_seconds()))

    def healed(self, items: int) -> None:
        """Failed items got a further round."""
        self._healed.inc(items)

    def freed(self, leases: int) -> None:
        """Leases expired: their holders were silent for too long."""
        self._freed.inc(leases)

    def alive(self) -> None:
        """The loop went round, or rests."""
        self._alive_at = time.monotonic()
        self._beat.set_to_current_time()

    def silent_for(self) -> timedelta:
        """Since the loop last went round, or the process began."""
        return timedelta(seconds=time.monotonic() - self._alive_at)

    def told(self, kind: EventKind, outcome: str) -> None:
        """The main API heard of something, or did not. outcome: `answered`, `unknown_there`, or why not: a kind of
        failure."""
        self._callbacks.labels(kind.value, outcome).inc()

    def polled(self, outcome: str) -> None:
        """The pending list was asked for. outcome: `answered`, or a kind of failure."""
        self._polls.labels(outcome).inc()

    def fetched(self, length: int) -> None:
        """A temp file came, so many bytes."""
        self._fetched.inc(length)

    def called(self, call: Call, micro_usd: int | None) -> None:
        """A provider of AI was asked. micro_usd: what it cost; None: nobody knows."""
        who = call.provider.value
        self._calls.labels(who, call.task, "failed" if call.reason else ANSWERED).inc()
        self._call_seconds.labels(who).observe(max(0.0, call.ms / 1000))
        for direction, tokens in zip(DIRECTIONS, (call.tokens_in, call.tokens_out), strict=True):
            self._tokens.labels(who, direction).inc(tokens or 0)
        if micro_usd is not None:
            self._cost.labels(who).inc(micro_usd / MICRO)
        elif not call.reason:
            self._unpriced.labels(who).inc()

    def _work(self) -> None:
        self._steps = self._counter("steps", "Attempts that ended, and how.", "step", "result", "kind")
        self._attempts = self._counter("attempts", "Which attempt at a step it was.", "step", "attempt")
        self._seconds = self._histogram("step_duration_seconds", "How long an attempt took.", "step")
        self._healed = self._counter("heals", "Failed items that got a further round.")
        self._freed = self._counter("expired_leases", "Items taken from workers that went silent.")
        self._beat = Gauge(
            "media_vm_worker_heartbeat_timestamp_seconds",
            "When the worker's loop last went round.",
            registry=self.registry,
        )

    def _talk(self) -> None:
        self._callbacks = self._counter("callbacks", "What the main API was told.", "event", "outcome")
        self._polls = self._counter("polls", "How often the pending list was asked for.", "outcome")
        self._fetched = self._counter("fetched_bytes", "Bytes of temp files fetched.")

    def _ai(self) -> None:
        self._calls = self._counter("ai_requests", "Calls of AI providers.", "provider", "task", "outcome")
        self._call_seconds = self._histogram("ai_request_duration_seconds", "How long they took.", "provider")
        self._tokens = self._counter("ai_tokens", "Tokens billed.", "provider", "direction")
        self._cost = self._counter("ai_cost_usd", "USD that calls cost, where that is known.", "provider")
        self._unpriced = self._counter("ai_unpriced_requests", "Answered at a price nobody knows.", "provider")

    def _begin_at_zero(self) -> None:
        """A counter that appears with its first event would hide that one from `increase`."""
        for step in Step:
            self._steps.labels(step.value, COMPLETED, "")
            self._seconds.labels(step.value)
            for kind in Kind:
                self._steps.labels(step.value, FAILED, kind.value)
        for event in EventKind:
            self._callbacks.labels(event.value, ANSWERED)
        self._polls.labels(ANSWERED)
        for who in Provider:
            for task in TASKS:
                self._calls.labels(who.value, task, ANSWERED)
            for direction in DIRECTIONS:
                self._tokens.labels(who.value, direction)
            for family in (self._cost, self._unpriced):
                family.labels(who.value)

    def _counter(self, name: str, says: str, *labels: str) -> Counter:
        return Counter(f"media_vm_worker_{name}", says, labels, registry=self.registry)

    def _histogram(self, name: str, says: str, *labels: str) -> Histogram:
        full = f"media_vm_worker_{name}"
        return Histogram(full, says, labels, buckets=STEP_BUCKETS, registry=self.registry)


def _attempt(number: int) -> str:
    return str(number) if number < SEVERAL else "more"
