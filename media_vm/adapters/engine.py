"""Opening the database: SQLite so that several processes can share it, MariaDB and MySQL set right."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import DBAPIError

from media_vm.errors import DatabaseDown, NotMigrated

MIGRATIONS = Path(__file__).parents[2] / "migrations"
BUSY_SECONDS = 10
UNREACHABLE = "the database does not answer, or is none: check DATABASE_URL and that it runs"


def open_engine(url: str, *, connections: int = 8) -> Engine:
    """An engine that holds up to `connections` at once."""
    where = make_url(url)
    if where.get_backend_name() == "sqlite":
        return _open_sqlite(url, connections)
    return create_engine(
        url,
        isolation_level="READ COMMITTED",
        pool_size=connections,
        pool_pre_ping=True,
        pool_recycle=1800,
        connect_args={"charset": "utf8mb4", "connect_timeout": 10, "read_timeout": 60, "write_timeout": 60},
    )


def _open_sqlite(url: str, connections: int) -> Engine:
    engine = create_engine(url, pool_size=connections, connect_args={"timeout": BUSY_SECONDS})

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


def migrate(url: str) -> None:
    """Bring the tables to this version; safe to run again. DatabaseDown."""
    if file := _sqlite_file(make_url(url)):
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise DatabaseDown(f"DATABASE_URL's folder cannot be made ({error.strerror})") from error
    try:
        command.upgrade(migrations_config(url), "head")
    except DBAPIError as error:
        raise DatabaseDown(UNREACHABLE) from error


def newest_revision() -> str | None:
    """The revision that this version of the code needs."""
    return ScriptDirectory.from_config(migrations_config("")).get_current_head()


def open_migrated(url: str) -> Engine:
    """An engine on a database that is as this version needs it. NotMigrated, DatabaseDown."""
    engine = open_engine(url)
    require_migrated(engine)
    return engine


def require_migrated(engine: Engine) -> None:
    """NotMigrated with the command that helps, DatabaseDown when the server does not answer."""
    newest = newest_revision()
    if (file := _sqlite_file(engine.url)) and not file.exists():
        raise NotMigrated("there is no database at DATABASE_URL yet: check it, then run `media-vm migrate`")
    try:
        with engine.connect().execution_options(reading=True) as connection:
            current = MigrationContext.configure(connection).get_current_revision()
    except DBAPIError as error:
        raise DatabaseDown(UNREACHABLE) from error
    if current != newest:
        raise NotMigrated(
            f"the database is at revision {current or 'none'}, this version needs {newest}: run `media-vm migrate`"
        )


def _sqlite_file(url: URL) -> Path | None:
    """Only `migrate` makes the file: to look at a database must not bring one into the world."""
    is_file = url.get_backend_name() == "sqlite" and url.database not in (None, "", ":memory:")
    return Path(url.database) if is_file and url.database else None
