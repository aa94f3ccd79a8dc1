"""Transactions that either commit whole or leave nothing, run again where that helps, and the database's clock.

    what happened to it                     what is done
    deadlock, lock wait, changed snapshot   rolled back whole, run again
    connection lost, at COMMIT too          run again on a new connection
    a key that somebody inserted meanwhile  run again, to find it there
    anything else                           raised, as DatabaseDown where the database is to blame

Whoever gets no answer to COMMIT cannot know whether it took effect. So a transaction's function may find its own
earlier run committed, and must see that: by a random value that it wrote, or because writing it twice is once.
"""

from __future__ import annotations

import random
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import TypeVar

import structlog
from sqlalchemy import Connection, Engine, select
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionFree
from sqlmodel import Session

from media_vm.adapters.columns import Now
from media_vm.adapters.denials import DENIED, OURS, remedy_of_denial
from media_vm.errors import DatabaseDown

T = TypeVar("T")
SILENT = "the database did not answer or was busy for too long"
# What a driver says of these holds names of users, hosts and databases, but no SQL and no value of a row.
TOLD = DENIED | {1040, 1045, 1049, 1130, 1203, 1698, 2002, 2003, 2005}
SQLITE_TOLD = frozenset(
    {sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_FULL}
    | {sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_PERM}
)

log = structlog.get_logger()

TRIES = 5
FIRST_WAIT_SECONDS = 0.02
PATIENCE_SECONDS = 20.0

# Deadlock, lock wait timeout (which rolls back its statement alone), snapshot changed, gone away, lost, killed,
# idle for too long, duplicate key.
REPLAYED = frozenset({1213, 1205, 1020, 2006, 2013, 1927, 4031, 1062})

_NOW = select(Now())
_READING = {"reading": True}  # of a connection: an engine with options of its own costs as much as a query


def transact(engine: Engine, work: Callable[[Session], T], *, variable: str = OURS) -> T:
    """Run one transaction that writes, a few times if need be. DatabaseDown if the database does not answer;
    its sentence names the variable that says where it is."""
    with translated(variable=variable):
        for wait in _waits():
            try:
                return _attempt(engine, work)
            except DBAPIError as error:
                code = replay_code(error)
                if code is None:
                    raise
            log.info("transaction_replayed", code=code)
            time.sleep(wait)
        return _attempt(engine, work)


def replay_code(error: DBAPIError) -> int | None:
    """The server's code (0: the driver lost its connection) if the whole may run again, else None."""
    if isinstance(error.orig, sqlite3.Error):
        # The low byte is the primary code: BUSY_SNAPSHOT and BUSY_RECOVERY are BUSY (sqlite.org/rescode.html).
        is_busy = getattr(error.orig, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_BUSY
        return sqlite3.SQLITE_BUSY if is_busy else None
    if isinstance(error, InterfaceError):
        return 0
    code = error.orig.args[0] if error.orig and error.orig.args else None
    return code if code in REPLAYED else None


@contextmanager
def reading(engine: Engine, *, variable: str = OURS) -> Iterator[Session]:
    """A look that waits for no writer; on MariaDB each query sees what is committed by then. DatabaseDown."""
    with translated(variable=variable), Session(engine, expire_on_commit=False) as session:
        session.connection(execution_options=_READING)
        yield session


@contextmanager
def looking(engine: Engine) -> Iterator[Connection]:
    """The same for one query of columns, without what a session does besides. DatabaseDown."""
    with translated(), engine.connect().execution_options(**_READING) as connection:
        yield connection


def database_now(session: Session) -> datetime:
    """The database's time."""
    return session.connection().execute(_NOW).scalar_one()


@contextmanager
def translated(place: str = "", variable: str = OURS) -> Iterator[None]:
    """DatabaseDown for what the database or the way to it is to blame for. place: which one, for an operator.
    variable: the setting that says so."""
    try:
        yield
    except NoConnectionFree as error:
        raise DatabaseDown("every connection to the database is in use") from error
    except DBAPIError as error:
        cause = cause_of(error)
        if cause or error.connection_invalidated or isinstance(error, OperationalError | InterfaceError):
            # The driver's text may quote SQL and values: the cause keeps it, our own words do not.
            raise DatabaseDown(f"{cause or SILENT}: {_remedy(error, cause, place, variable)}") from error
        raise


def _remedy(error: DBAPIError, cause: str | None, place: str, variable: str) -> str:
    if cause and error.orig and error.orig.args[0] in DENIED:
        return remedy_of_denial(cause, variable, place)
    return f"check {variable}{f' ({place})' if place else ''} and that it runs"


def cause_of(error: DBAPIError) -> str | None:
    """The driver's own words where they hold no secret; None where they may."""
    if isinstance(error.orig, sqlite3.Error):
        code = getattr(error.orig, "sqlite_errorcode", 0) & 0xFF
        return f"the database says: {error.orig}" if code in SQLITE_TOLD else None
    code, words, *_ = (*(error.orig.args if error.orig else ()), None, None)
    return f"the database says: {words}" if code in TOLD and isinstance(words, str) else None


def _attempt(engine: Engine, work: Callable[[Session], T]) -> T:
    with Session(engine, expire_on_commit=False) as session, session.begin():
        return work(session)


def _waits() -> Iterator[float]:
    """Seconds before each further try: short, random so that two who met do not meet again, and not for ever."""
    ends = time.monotonic() + PATIENCE_SECONDS
    for tried in range(TRIES - 1):
        if time.monotonic() < ends:
            yield random.uniform(0, FIRST_WAIT_SECONDS * 4**tried)  # noqa: S311 - spreads retries, guards nothing
