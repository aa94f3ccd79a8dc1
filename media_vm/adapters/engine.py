"""Opening the database: SQLite so that several processes can share it, MariaDB and MySQL set right."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url

from media_vm.adapters.server_versions import require_supported
from media_vm.adapters.transactions import translated
from media_vm.errors import MediaVMError, NotMigrated, WrongUse
from media_vm.rules.connections import USUAL

MIGRATIONS = Path(__file__).parents[2] / "migrations"
BUSY_SECONDS = 10
REVISION_SECONDS = 3600  # an index of a large table takes minutes, of which nothing is heard

# TRADITIONAL: what does not fit is refused, never cut; the same word on MariaDB and MySQL. A transaction that
# waits for a lock is run again long before its lease is over.
SESSION = "SET SESSION sql_mode = 'TRADITIONAL', innodb_lock_wait_timeout = 5, time_zone = '+00:00'"
SERVER = {
    "charset": "utf8mb4",
    "connect_timeout": 10,
    "read_timeout": 60,
    "write_timeout": 60,
    "init_command": SESSION,
}


def open_engine(url: str, *, connections: int = USUAL, patience: float | None = None) -> Engine:
    """An engine that holds up to `connections` at once. patience: seconds that a statement may take; None:
    as many as work on rows needs."""
    where = make_url(url)
    if where.get_backend_name() == "sqlite":
        return _open_sqlite(url, connections)
    return create_engine(
        url,
        hide_parameters=True,  # no traceback shows a row's values
        isolation_level="READ COMMITTED",
        pool_size=connections,
        pool_pre_ping=True,
        pool_recycle=1800,
        connect_args=SERVER | ({"read_timeout": patience} if patience else {}),
    )


def _open_sqlite(url: str, connections: int) -> Engine:
    engine = create_engine(
        url, hide_parameters=True, pool_size=connections, connect_args={"timeout": BUSY_SECONDS}
    )

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _: object) -> None:
        # Python's own BEGIN comes too late and is deferred; ours is in `begin` below.
        connection.isolation_level = None
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        # A deferred transaction that reads and then writes fails at once with "database is locked", busy
        # timeout or not; readers alone may be deferred, so that serve never waits for a writer.
        is_reading = connection.get_execution_options().get("reading", False)
        connection.exec_driver_sql("BEGIN" if is_reading else "BEGIN IMMEDIATE")

    return engine


def migrations_config(url: str) -> Config:
    """Alembic's configuration without an ini file."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["url"] = url
    return config


def migrate(url: str, *, may_make_folder: bool = False, may_take_over: bool = False) -> None:
    """Bring the tables to this version; safe to run again, and newer ones are left alone. may_make_folder: of a
    path that nobody mistyped. may_take_over: the tables of the system before ours, which nobody runs any more.
    DatabaseDown, NotTakenOver, WrongUse."""
    if file := sqlite_file(make_url(url)):
        _require_folder(file.parent, may_make=may_make_folder)
    with translated(place_of(make_url(url))):
        config = migrations_config(url)
        config.attributes["may_take_over"] = may_take_over
        command.upgrade(config, "head")


def _require_folder(folder: Path, *, may_make: bool) -> None:
    try:
        if may_make:
            folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise WrongUse(f"DATABASE_URL's folder cannot be made ({error.strerror})") from error
    if not folder.is_dir():
        raise WrongUse(f"DATABASE_URL's folder {folder} is not there: check it for a slip, or make the folder")
    if not os.access(folder, os.W_OK | os.X_OK):
        raise WrongUse(f"DATABASE_URL's folder {folder} cannot be written: give it to this user")


def place_of(url: URL) -> str:
    """Which database it is, as an operator knows it: without user and password."""
    if file := sqlite_file(url):
        return str(file.absolute())
    port = f":{url.port}" if url.port else ""
    return f"{url.host or 'localhost'}{port}/{url.database}"


@cache
def newest_revision() -> str | None:
    """The revision that this version of the code needs; read once, for every file of `migrations` is."""
    return ScriptDirectory.from_config(migrations_config("")).get_current_head()


def is_newer(revision: str | None) -> bool:
    """Is it one that a later version made? Its tables will do: revisions are numbered so that they sort, and what
    one adds an older version's code does not need."""
    return revision > newest if revision and (newest := newest_revision()) else False


def open_migrated(url: str) -> Engine:
    """An engine on a database that is as this version needs it. NotMigrated, DatabaseDown."""
    engine = open_engine(url)
    try:
        require_migrated(engine)
    except MediaVMError:
        engine.dispose()
        raise
    return engine


def require_migrated(engine: Engine) -> None:
    """NotMigrated with the remedy, DatabaseDown when the server does not answer; a newer revision will do."""
    newest, place = newest_revision(), place_of(engine.url)
    if (file := sqlite_file(engine.url)) and not file.exists():
        raise NotMigrated(
            f"there is no database at {place} (DATABASE_URL) yet: check it, then run `media-vm migrate`"
        )
    with translated(place), engine.connect().execution_options(reading=True) as connection:
        require_supported(connection)
        current = MigrationContext.configure(connection).get_current_revision()
    if newest and (current is None or current < newest):
        raise NotMigrated(
            f"the database {place} (DATABASE_URL) is at revision {current or 'none'}, "
            f"this version needs {newest}: run `media-vm migrate`"
        )


def sqlite_file(url: URL) -> Path | None:
    """Only `migrate` makes the file: to look at a database must not bring one into the world."""
    is_file = url.get_backend_name() == "sqlite" and url.database not in (None, "", ":memory:")
    return Path(url.database) if is_file and url.database else None
