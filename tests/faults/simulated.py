"""A worker's world whose time passes when a test says so, on every database: hours and days in milliseconds.

Memory around the database; SQLite's and MariaDB's own clocks are set to the test's before each transaction, so
that every due time, lease and pause is still computed by the database.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from sqlite3 import Connection as SQLiteConnection
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, event
from sqlmodel import Session, col, select

from media_vm.adapters.database import DatabaseStore
from media_vm.adapters.leases import DatabaseLeases, oldest_open
from media_vm.adapters.outages import DatabaseOutages
from media_vm.adapters.reprocessing import DatabaseReprocessing
from media_vm.adapters.rows import checklist_of, news_of
from media_vm.adapters.tables import MediaFile, ProcessingChecklist
from media_vm.errors import StepFailed
from media_vm.pipeline import run_cycle
from media_vm.ports import World
from media_vm.rules.callbacks import EventKind
from media_vm.rules.checklist import Checklist, Step
from media_vm.rules.policy import Policy
from media_vm.testing import MemoryClock, MemoryParts, memory_parts
from tests.integration.databases import migrated_engine

DATABASES = ["memory", "mariadb"]  # SQLite answers the same suites, and where a test names it
SECOND, MINUTE, HOUR, DAY = (timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1), timedelta(days=1))


@dataclass
class Simulated:
    """One worker's world and its parts. engine: None in memory."""

    parts: MemoryParts
    world: World
    engine: Engine | None

    def pass_time(self, span: timedelta) -> int:
        """Live as a worker does, cycle after rest after cycle, until `span` has passed; how many cycles.

        Hours and days on a real database are lived in 48 steps, or a day is 3,000 cycles of 20 ms and more;
        memory keeps the worker's own pace.
        """
        pace = SECOND if self.engine is None or span < HOUR else span / 48
        ends, cycles = self.parts.clock.now + span, 0
        while self.parts.clock.now <= ends:
            rest = run_cycle(self.world)
            cycles += 1
            self.parts.clock.advance(min(max(rest, pace), ends - self.parts.clock.now + SECOND))
        return cycles

    def checklist(self, media_id: int = 1) -> Checklist:
        """As it is in the database."""
        if self.engine is None:
            return self.parts.database.rows[media_id].checklist()
        with Session(self.engine) as session:
            row = session.exec(
                select(ProcessingChecklist).where(col(ProcessingChecklist.media_id) == media_id)
            ).one()
            return checklist_of(row, news_of(oldest_open(session, media_id)))

    def media_id(self, pending_id: int) -> int:
        """Our id for one of the main API's."""
        if self.engine is None:
            rows = self.parts.database.rows.values()
            return next(row.media.id for row in rows if row.media.main_api_id == pending_id)
        with Session(self.engine) as session:
            return session.exec(select(MediaFile.id).where(col(MediaFile.main_api_id) == pending_id)).one() or 0

    def statuses(self, pending_id: int = 1) -> list[str]:
        """The four columns."""
        checklist = self.checklist(self.media_id(pending_id))
        return [checklist[step].status.value for step in Step]

    def attempts(self, pending_id: int = 1) -> list[int]:
        """The four counters."""
        checklist = self.checklist(self.media_id(pending_id))
        return [checklist[step].attempts for step in Step]

    def told(self, kind: EventKind) -> list[int]:
        """The ids that the main API heard this about, in the order in which it did."""
        return [event.pending_id for event in self.parts.api.sent if event.kind is kind]

    def down(self, failure: StepFailed | None) -> None:
        """Every call to the main API ends so; None: it is back."""
        self.parts.api.down = failure


@contextmanager
def simulated(kind: str, request: pytest.FixtureRequest, policy: Policy | None = None) -> Iterator[Simulated]:
    """A world on one of `DATABASES`."""
    policy = policy or Policy()
    parts = memory_parts(policy)
    if kind == "memory":
        yield Simulated(parts, parts.world, None)
        return
    engine = migrated_engine(kind, request)
    _follow(engine, parts.clock)
    world = replace(
        parts.world,
        leases=DatabaseLeases(engine, policy, parts.world.lease),
        store=DatabaseStore(engine, policy),
        outages=DatabaseOutages(engine, policy.backoff),
        reprocessing=DatabaseReprocessing(engine),
    )
    yield Simulated(parts, world, engine)
    engine.dispose()


def _follow(engine: Engine, clock: MemoryClock) -> None:
    """The database tells the test's time from now on."""
    engine.dispose()
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", lambda connection, _: _set_sqlite(connection, clock))
    else:
        event.listen(engine, "begin", lambda connection: _set_mariadb(connection, clock.now))


def _set_sqlite(connection: SQLiteConnection, clock: MemoryClock) -> None:
    def strftime(_: Any, __: Any) -> str:
        return clock.now.strftime("%Y-%m-%d %H:%M:%S.%f")

    connection.create_function("strftime", 2, strftime)


def _set_mariadb(connection: Connection, now: datetime) -> None:
    connection.exec_driver_sql(f"SET SESSION timestamp = {now.timestamp():.6f}")
