"""The example's own database: a SQLite file or, as in production, MariaDB, by the same statements."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, NullPool, RowMapping, create_engine, make_url, text

from examples.main_api.tables import METADATA

Row = RowMapping
BUSY_SECONDS = 10
# TRADITIONAL: what does not fit is refused, never cut. Times are UTC, as SQLite's are.
SESSION = "SET SESSION sql_mode = 'TRADITIONAL', time_zone = '+00:00'"
TAKE_TURN = f"SELECT GET_LOCK(CONCAT('main_api', SHA1(DATABASE())), {BUSY_SECONDS})"


class Busy(Exception):
    """Another writer did not come to its end in time; nothing was written."""


class Transaction:
    """Statements of one transaction; `:name` stands for a value."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def rows(self, query: str, **values: Any) -> list[Row]:
        """All that a query finds."""
        return list(self._connection.execute(text(query), values).mappings())

    def row(self, query: str, **values: Any) -> Row | None:
        """The first that a query finds."""
        return self._connection.execute(text(query), values).mappings().first()

    def write(self, statement: str, **values: Any) -> int:
        """How many rows it found to change."""
        return self._connection.execute(text(statement), values).rowcount

    def insert(self, statement: str, **values: Any) -> int:
        """The id that the new row was given."""
        return int(self._connection.execute(text(statement), values).lastrowid)


class Database:
    """Every transaction has a connection of its own, so threads never share one."""

    def __init__(self, url: str) -> None:
        """Open or create the tables, and the file too if it is one; sqlalchemy.exc.OperationalError."""
        self._engine = _opened(url)
        self._is_file = self._engine.dialect.name == "sqlite"
        METADATA.create_all(self._engine)

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        """All or nothing, one writer at a time: what was read inside is still true when it is written. Busy."""
        with self._engine.connect() as connection:
            self._begin_writing(connection)
            try:
                yield Transaction(connection)
            except BaseException:
                connection.exec_driver_sql("ROLLBACK")
                raise
            connection.exec_driver_sql("COMMIT")

    @contextmanager
    def snapshot(self) -> Iterator[Transaction]:
        """For reading: one consistent moment, waiting for no writer."""
        with self._engine.connect() as connection:
            connection.exec_driver_sql("BEGIN")
            yield Transaction(connection)

    def _begin_writing(self, connection: Connection) -> None:
        if self._is_file:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            return
        # The server gives the lock back when the connection closes, and with NullPool it closes at our end.
        if connection.exec_driver_sql(TAKE_TURN).scalar() != 1:
            raise Busy
        connection.exec_driver_sql("BEGIN")


def _opened(url: str) -> Engine:
    where = make_url(url)
    if where.get_backend_name() != "sqlite":
        settings: dict[str, Any] = {"charset": "utf8mb4", "connect_timeout": BUSY_SECONDS, "init_command": SESSION}
    else:
        settings = {"timeout": BUSY_SECONDS}
        Path(where.database or "").parent.mkdir(parents=True, exist_ok=True)
    # AUTOCOMMIT: the driver begins nothing of its own accord, what is begun above is all that there is.
    engine = create_engine(
        where, hide_parameters=True, poolclass=NullPool, isolation_level="AUTOCOMMIT", connect_args=settings
    )
    if where.get_backend_name() == "sqlite":
        with engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA journal_mode = WAL")
    return engine
