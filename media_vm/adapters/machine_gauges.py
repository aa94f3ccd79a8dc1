"""What a worker's metrics tell of all the machine: the queue, who is away, the day's money, the
disk, what is stored.

The numbers are the database's, so every worker tells the same ones: take their maximum, not their sum. They cost a
few queries, so they are kept for some seconds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from prometheus_client import Metric
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector
from sqlalchemy import Engine, func
from sqlmodel import Session, col, select

from media_vm.adapters.ai_costs import spent_on_day
from media_vm.adapters.gauges import gauge, gauges
from media_vm.adapters.machine_status import by_status, number_stuck, oldest_unfinished, waiting_for, workers
from media_vm.adapters.outages import open_outages
from media_vm.adapters.recently import Recently
from media_vm.adapters.reprocess_gauges import reprocess_gauges
from media_vm.adapters.storage_gauges import storage_gauges
from media_vm.adapters.tables import MediaMark, ProcessingChecklist
from media_vm.adapters.transactions import database_now, reading
from media_vm.errors import MediaVMError
from media_vm.rules.failures import Kind
from media_vm.rules.outages import STORAGE_GONE, Party
from media_vm.rules.prices import MICRO

POLL = "poll"  # the mark of the last one


@dataclass(frozen=True, slots=True)
class Look:
    """One look at the database. trouble: why there is none, with the remedy. disk: why nothing is taken on."""

    families: Sequence[Metric] = ()
    trouble: str | None = None
    disk: str | None = None


@dataclass(frozen=True, slots=True)
class Machine:
    """Where to look. cap: micro-USD a day; None: none. free: bytes that may still be written, None: unknown."""

    engine: Engine
    stuck_after: timedelta
    cap: int | None
    free: Callable[[], int | None]
    floor: int


class MachineGauges(Collector):
    """A scrape costs a look at the disk, and at the database what `recently` says."""

    def __init__(self, machine: Machine, recently: Recently[Look]) -> None:
        self._machine = machine
        self._recently = recently

    def collect(self) -> Iterator[Metric]:
        """Those of the disk at once; the database's as they were seen last."""
        free = self._machine.free()
        if free is not None:
            yield gauge("storage_free_bytes", "Bytes that may still be written.", free)
        yield gauge("storage_floor_bytes", "MEDIA_VM_DISK_FLOOR_BYTES.", self._machine.floor)
        look = self._recently.get()
        is_up = look is not None and look.trouble is None
        yield gauge("database_up", "Did the database answer in time?", int(is_up))
        yield from look.families if look else ()


def look_at(machine: Machine) -> Look:
    """Every number that the database has; never raises."""
    try:
        with reading(machine.engine) as session:
            now = database_now(session)
            families = [
                *_queue(session, now, machine.stuck_after),
                *reprocess_gauges(session, now),
                *_others(session, now, machine.cap),
                *storage_gauges(session),
            ]
            return Look(families, disk=_disk(session))
    except MediaVMError as error:
        return Look(trouble=str(error))


def _queue(session: Session, now: datetime, stuck_after: timedelta) -> Iterator[Metric]:
    row = ProcessingChecklist
    due = session.exec(select(func.count()).where(col(row.due_at) <= now)).one()
    later = session.exec(select(func.count()).where(col(row.due_at) > now)).one()
    leased = session.exec(select(func.count()).where(col(row.lease_expires_at).is_not(None))).one()
    first = session.exec(select(func.min(row.due_at))).one()
    late = max(0.0, (now - first).total_seconds()) if first else 0.0
    queue = {"due": due, "in_hand": leased, "later": later}
    yield gauges("media", "Media by status.", "status", by_status(session))
    yield gauges("queue_items", "Items to be worked on.", "state", queue)
    yield gauge("queue_overdue_seconds", "How long the item that is due longest has waited for a worker.", late)
    age = oldest_unfinished(session, now)["oldest_age_seconds"]
    yield gauge("queue_oldest_age_seconds", "Since the oldest unfinished item came.", age or 0)
    yield gauge("stuck_items", "Items that neither end nor move.", number_stuck(session, now - stuck_after))
    waiting = GaugeMetricFamily(
        "media_vm_waiting_items", "Items that wait after a failure.", labels=("step", "kind")
    )
    for name, number in waiting_for(session).items():
        waiting.add_metric(name.split(":"), number)
    yield waiting


def _others(session: Session, now: datetime, cap: int | None) -> Iterator[Metric]:
    away = GaugeMetricFamily("media_vm_outage", "Is that party away?", labels=("party", "kind"))
    since = GaugeMetricFamily("media_vm_outage_age_seconds", "For how long.", labels=("party",))
    known = {outage.party: outage for outage in open_outages(session)}
    for party in Party:
        outage = known.get(party)
        for kind in (Kind.OUTAGE, Kind.MISCONFIGURED):
            away.add_metric((party.value, kind.value), int(outage is not None and outage.kind is kind))
        since.add_metric((party.value,), (now - outage.since).total_seconds() if outage else 0)
    yield away
    yield since
    alive = sum(bool(worker["is_alive"]) for worker in workers(session, now))
    yield gauge("workers_alive", "Workers heard of lately.", alive)
    if poll := session.get(MediaMark, POLL):
        age = (now - poll.at).total_seconds()
        yield gauge("poll_age_seconds", "Since the pending list was last asked for.", age)
    spent = spent_on_day(session, now).counted / MICRO
    yield gauge("ai_spent_today_usd", "USD that count for the day's cap.", spent)
    if cap is not None:
        yield gauge("ai_daily_cap_usd", "MEDIA_VM_AI_DAILY_USD.", cap / MICRO)


def _disk(session: Session) -> str | None:
    """The disk is away as any other party is: full, below its floor, or not there."""
    reason = next((outage.reason for outage in open_outages(session) if outage.party is Party.DISK), None)
    if reason == STORAGE_GONE:
        return "the storage is not the database's: is it mounted? work goes on at the next look"
    return "the storage is full: make room; work goes on at the next look" if reason else None
