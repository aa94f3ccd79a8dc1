"""What a database is like, for `media-vm doctor`: nothing is written, and the tables may be missing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, Engine, inspect, select, text
from sqlalchemy.exc import DBAPIError
from sqlmodel import SQLModel, col

from media_vm.adapters import ai_tables, analysis_table, reprocess_table, tables  # noqa: F401 - theirs are all
from media_vm.adapters.columns import Now
from media_vm.adapters.engine import newest_revision, open_engine, place_of, sqlite_file
from media_vm.adapters.server_versions import require_supported
from media_vm.adapters.tables import MediaMark
from media_vm.adapters.transactions import replay_code, translated
from media_vm.errors import DatabaseDown, NotMigrated
from media_vm.rules.adopting import ADOPTION, NEEDED
from media_vm.rules.checkup_database import DatabaseFacts, ServerFacts
from migrations.seed_tables import are_live

CLAIMED = "processing_checklist"
_TRIED = {  # each needs its right, and a database that may be written, and touches no row
    "INSERT": "INSERT INTO processing_checklist SELECT * FROM processing_checklist WHERE 1 = 0",
    "UPDATE": "UPDATE processing_checklist SET due_at = due_at WHERE 1 = 0",
    "DELETE": "DELETE FROM processing_checklist WHERE 1 = 0",
}
_TABLES = (
    "SELECT TABLE_NAME, ENGINE, TABLE_COLLATION FROM information_schema.TABLES"
    " WHERE TABLE_SCHEMA = DATABASE() ORDER BY TABLE_NAME"
)


def read_database(url: str) -> DatabaseFacts:
    """DatabaseDown with its remedy. Our own engine asks, so that it finds what a worker would."""
    with _connected(url) as (engine, connection):
        found = MigrationContext.configure(connection).get_current_revision()
        has_table = inspect(connection).has_table(CLAIMED)
        is_sqlite = connection.dialect.name == "sqlite"
        return DatabaseFacts(
            place=place_of(engine.url),
            product=_product(connection),
            needed=newest_revision() or "",
            revision=found,
            indexes=_indexes(connection) if has_table else (),
            refused=_refused(engine) if has_table else (),
            too_old=_too_old(connection),
            journal=str(connection.scalar(text("PRAGMA journal_mode"))) if is_sqlite else None,
            server=None if is_sqlite else _server(connection),
            awaits_adoption=_awaits_adoption(connection),
            needs_take_over=are_live(connection),
            missing=tuple(sorted(set(SQLModel.metadata.tables) - set(inspect(connection).get_table_names()))),
        )


def read_clock(url: str) -> tuple[datetime, datetime, datetime] | None:
    """The database's time, and ours before and after it was asked; None of SQLite, which has our own clock.
    DatabaseDown."""
    with _connected(url) as (_, connection):
        if connection.dialect.name == "sqlite":
            return None
        began = datetime.now(UTC)
        theirs: datetime = connection.execute(select(Now())).scalar_one()
        return theirs, began, datetime.now(UTC)


@contextmanager
def _connected(url: str) -> Iterator[tuple[Engine, Connection]]:
    """DatabaseDown also for an SQLite file that is not there: to look must not make one."""
    engine = open_engine(url, connections=2)
    place = place_of(engine.url)
    if (file := sqlite_file(engine.url)) and not file.exists():
        raise DatabaseDown(f"there is no database at {place} yet: check DATABASE_URL, then run `media-vm migrate`")
    try:
        with translated(place), engine.connect().execution_options(reading=True) as connection:
            yield engine, connection
    finally:
        engine.dispose()


def _product(connection: Connection) -> str:
    dialect = connection.dialect
    version = ".".join(str(part) for part in (dialect.server_version_info or ()) if isinstance(part, int))
    name = "SQLite" if dialect.name == "sqlite" else "MariaDB" if getattr(dialect, "is_mariadb", 0) else "MySQL"
    return f"{name} {version}"


def _too_old(connection: Connection) -> str | None:
    try:
        require_supported(connection)
    except NotMigrated as error:
        return str(error)
    return None


def _indexes(connection: Connection) -> tuple[tuple[str, ...], ...]:
    found = inspect(connection).get_indexes(CLAIMED)
    return tuple(tuple(str(name) for name in one["column_names"]) for one in found)


def _awaits_adoption(connection: Connection) -> bool:
    if not inspect(connection).has_table(str(MediaMark.__tablename__)):
        return False
    note = select(col(MediaMark.note)).where(col(MediaMark.name) == ADOPTION)
    return connection.execute(note).scalar() == NEEDED


def _refused(engine: Engine) -> tuple[str, ...]:
    """Each in a transaction of its own, which is rolled back. DatabaseDown: the database went away meanwhile."""
    return tuple(verb for verb, statement in _TRIED.items() if not _may(engine, statement))


def _may(engine: Engine, statement: str) -> bool:
    try:
        with engine.connect() as connection:
            connection.execute(text(statement))
            connection.rollback()
    except DBAPIError as error:
        if error.connection_invalidated or replay_code(error) is not None:  # away, or busy: that says nothing
            raise
        return False
    return True


def _server(connection: Connection) -> ServerFacts:
    """Variables by name, of the session where one has both: what counts for us."""
    told = {str(row[0]): str(row[1]) for row in connection.execute(text("SHOW SESSION VARIABLES"))}
    ours = [row for row in connection.execute(text(_TABLES)) if row[0] in SQLModel.metadata.tables]
    return ServerFacts(
        isolation=str(told.get("transaction_isolation") or told.get("tx_isolation") or "unknown"),
        charset=str(told.get("character_set_database", "unknown")),
        other_charsets=tuple(row[0] for row in ours if not str(row[2]).startswith("utf8mb4")),
        other_engines=tuple(row[0] for row in ours if str(row[1]).lower() != "innodb"),
        packet=int(told.get("max_allowed_packet", 0)),
        binlog=str(told.get("binlog_format")) if told.get("log_bin") == "ON" else None,
        flushes=int(told.get("innodb_flush_log_at_trx_commit", 1)),
        connections=int(told.get("max_connections", 0)),
        of_one_user=int(told.get("max_user_connections", 0)),
    )
