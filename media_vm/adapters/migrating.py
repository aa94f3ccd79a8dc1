"""One migrate at a time, by a lock that ends with its process: kill -9 leaves none behind."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, Engine, text

from media_vm.errors import DatabaseDown

PATIENCE_SECONDS = 60
# GET_LOCK's names are the whole server's, and at most 64 characters long.
NAME = "LEFT(CONCAT('media_vm.', DATABASE()), 64)"


@contextmanager
def alone(engine: Engine) -> Iterator[Connection]:
    """Wait for another migrate of the same database, then keep others waiting. DatabaseDown after a minute.

    SQLite's lock comes before the connection, whose first act, the switch to WAL, heeds no busy timeout.
    """
    if engine.dialect.name == "sqlite":
        with _file_lock(engine.url.database), engine.connect() as connection:
            yield connection
    else:
        with engine.connect() as connection, _server_lock(connection):
            yield connection


@contextmanager
def _server_lock(connection: Connection) -> Iterator[None]:
    got = connection.scalar(text(f"SELECT GET_LOCK({NAME}, :patience)"), {"patience": PATIENCE_SECONDS})
    connection.commit()
    if got != 1:
        raise _busy()
    yield
    connection.scalar(text(f"SELECT RELEASE_LOCK({NAME})"))


@contextmanager
def _file_lock(file: str | None) -> Iterator[None]:
    """Beside the database, since SQLite's own lock is let go at every commit. Its file goes with it: who waited
    for one that is gone takes the next, or two would hold a lock each."""
    if not file:
        yield
        return
    path, ends = Path(f"{file}.migrating"), time.monotonic() + PATIENCE_SECONDS
    while True:
        with path.open("w") as lock:
            while not _locked(lock.fileno()):
                if time.monotonic() > ends:
                    raise _busy()
                time.sleep(0.05)
            if not _is_still(path, lock.fileno()):
                continue
            try:
                yield
            finally:
                path.unlink(missing_ok=True)
            return


def _is_still(path: Path, descriptor: int) -> bool:
    try:
        return os.path.samestat(path.stat(), os.fstat(descriptor))
    except FileNotFoundError:
        return False


def _locked(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _busy() -> DatabaseDown:
    return DatabaseDown("another `media-vm migrate` is at work on this database: wait for it, then run it again")
