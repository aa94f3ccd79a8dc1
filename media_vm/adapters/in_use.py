"""Is anybody at work on a database that is about to be replaced?"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from sqlalchemy import make_url

from media_vm.adapters.engine import open_engine, require_migrated
from media_vm.adapters.machine_status import workers_heard_of
from media_vm.errors import DatabaseDown, NotMigrated, WrongUse

REMEDY = "stop `media-vm run`, `worker` and `serve` first; `--force` restores all the same"


def require_nobody(url: str) -> None:
    """WrongUse with what to stop. A database that is away or holds no tables is nobody's: it is being rescued."""
    engine = open_engine(url, connections=1)
    try:
        require_migrated(engine)
        workers = workers_heard_of(engine)
    except (DatabaseDown, NotMigrated):
        workers = []
    finally:
        engine.dispose()
    for one in (one for one in workers if one["is_alive"]):
        raise WrongUse(f"worker {one['worker']} was heard of {one['seconds_ago']} s ago: {REMEDY}")
    where = make_url(url)
    if where.get_backend_name() == "sqlite" and _is_open(Path(where.database or "")):
        raise WrongUse(f"another process has the database file open: {REMEDY}")


def _is_open(file: Path) -> bool:
    """Only who is alone may leave the write-ahead log; whoever opens the file next returns to it."""
    if not file.is_file():
        return False
    try:
        with closing(sqlite3.connect(file, timeout=0)) as connection:
            connection.execute("PRAGMA journal_mode=DELETE")
    except sqlite3.OperationalError as error:
        return error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY
    except sqlite3.DatabaseError:
        return False  # damaged: all the more reason to restore
    return False
