"""What the database says, asked from outside while workers are at work."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import Engine, text, update
from sqlmodel import col, select

from media_vm.adapters.columns import Now
from media_vm.adapters.engine import open_engine
from media_vm.adapters.tables import MediaCallback, ProcessingChecklist
from media_vm.adapters.transactions import database_now, reading, transact
from media_vm.rules.orphans import DEATHS_THAT_ALARM

NOT_AT_REST = "SELECT count(*) FROM processing_checklist WHERE due_at IS NOT NULL OR lease_expires_at IS NOT NULL"
NOT_POLISHED = f"{NOT_AT_REST} OR awaits_polish"
HELD_BY = "SELECT count(*) FROM processing_checklist WHERE worker_id = :worker AND lease_expires_at IS NOT NULL"
CLAIMABLE_WHILE_RUNNING = """
    SELECT count(*) FROM processing_checklist WHERE due_at IS NOT NULL AND running IS NOT NULL
"""
ASKED_AGAIN = "SELECT count(*) FROM media_reprocess WHERE state IN ('waiting', 'begun')"
REMADE_WITH = "SELECT count(*) FROM media_reprocess WHERE state = 'done'"
QUARANTINED = "SELECT count(*) FROM media_files WHERE quarantined_at IS NOT NULL"
NOT_COMPLETED = "SELECT count(*) FROM media_files WHERE status <> 'completed' AND deleted_at IS NULL"
FAILED = "SELECT count(*) FROM media_files WHERE status = 'failed'"
AWAY = "SELECT count(*) FROM media_outages"
DISK_AWAY = "SELECT count(*) FROM media_outages WHERE party = 'disk'"
VANISHED = "SELECT count(*) FROM media_events WHERE name = 'worker vanished'"
UNEXPECTED = "SELECT count(*) FROM media_events WHERE reason = 'unexpected'"
FAILURES = "SELECT kind, count(*) FROM media_events WHERE name LIKE '% failed' GROUP BY kind ORDER BY kind"
PROMISED = """
    SELECT bulk_path, sha256 FROM media_files WHERE bulk_path IS NOT NULL
    UNION ALL SELECT path, sha256 FROM media_variants WHERE path IS NOT NULL
"""
IN_TRANSACTION = """
    SELECT count(*) FROM information_schema.innodb_trx
    JOIN information_schema.processlist ON id = trx_mysql_thread_id
    WHERE db = DATABASE() AND id <> CONNECTION_ID()
"""
STEPS = ("retrieve_file", "ai_visual_analysis", "resize_optimize", "update_callback")
# A step that succeeds at once costs one attempt: whatever it had more was burnt.
BURNT = "SELECT {} FROM processing_checklist".format(
    " + ".join(
        f"COALESCE(SUM(CASE WHEN {one}_attempts > 1 THEN {one}_attempts - 1 ELSE 0 END), 0)" for one in STEPS
    )
)
_row = ProcessingChecklist
BY_BACKOFF = 3  # attempts at telling something (contract §5.6)
# What the contract tries once an hour: what five dead workers had in their hands (§5.3), and news that nobody
# answered three times (§5.6). All that the kit waits for otherwise takes seconds.
HOURLY = (col(_row.worker_deaths) >= DEATHS_THAT_ALARM) | (col(_row.update_callback_attempts) >= BY_BACKOFF)
ALMOST_AN_HOUR = timedelta(minutes=30)
OF_ITEMS = ("media_files", "processing_checklist", "media_variants", "media_callbacks", "media_events")


@dataclass(frozen=True, slots=True)
class Sight:
    """One database, looked at without waiting for writers."""

    engine: Engine

    def rows(self, query: str, **values: object) -> list[tuple[Any, ...]]:
        """What a query answers."""
        with closing(self.engine.connect().execution_options(reading=True)) as connection:
            return [tuple(row) for row in connection.execute(text(query), values)]

    def count(self, query: str, **values: object) -> int:
        """The one number that a query answers."""
        return int(self.rows(query, **values)[0][0])

    def held_by(self, pid: int | None) -> int:
        """How many leases the worker of that process holds, alive or dead."""
        return self.count(HELD_BY, worker=worker_named(pid))

    def put_off(self) -> set[int]:
        """Which media wait for their hour."""
        with reading(self.engine) as session:
            later = col(_row.due_at) > database_now(session) + ALMOST_AN_HOUR
            return set(
                session.exec(select(_row.media_id).where(HOURLY, later, col(_row.lease_expires_at).is_(None)))
            )

    def let_the_hour_pass(self, media: set[int]) -> None:
        """These are due, and so is what they have to tell."""
        due = update(_row).where(col(_row.media_id).in_(media)).values(due_at=Now())
        open_ones = col(MediaCallback.acknowledged_at).is_(None), col(MediaCallback.given_up_at).is_(None)
        news = update(MediaCallback).where(col(MediaCallback.media_id).in_(media), *open_ones)
        transact(self.engine, lambda session: (session.exec(due), session.exec(news.values(due_at=Now()))))

    def everything(self) -> set[str]:
        """Every row of every table that is about items."""
        return {f"{table} {row}" for table in OF_ITEMS for row in self.rows(f"SELECT * FROM {table}")}

    def is_free(self) -> bool:
        """Is nobody in the middle of a transaction that shuts others out? SQLite has one lock for all."""
        if self.engine.dialect.name != "sqlite":
            return not self.count(IN_TRANSACTION)
        with closing(sqlite3.connect(self.engine.url.database or "", timeout=0.2)) as connection:
            try:
                connection.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError:
                return False
        return True


def worker_named(pid: int | None) -> str:
    """The name under which the worker of a process claims."""
    return f"fault-{pid}"


@contextmanager
def sight_of(database: str) -> Iterator[Sight]:
    """A look at a database until the block ends."""
    engine = open_engine(database, connections=2)
    try:
        yield Sight(engine)
    finally:
        engine.dispose()
