"""How connections are set, read from live ones rather than from our own source."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DataError, DBAPIError

from media_vm.adapters.engine import newest_revision, open_engine
from tests.integration.databases import migrated_engine, sqlite_engine


@pytest.fixture
def mariadb_engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    opened = migrated_engine("mariadb", request)
    yield opened
    opened.dispose()


@pytest.mark.parametrize(
    ("pragma", "value"),
    [("journal_mode", "wal"), ("synchronous", 2), ("foreign_keys", 1), ("busy_timeout", 10_000)],
)
def test_sqlite_is_set_for_several_processes(tmp_path: Path, pragma: str, value: object) -> None:
    """Readers beside a writer, and no commit that a power cut could take back."""
    engine = sqlite_engine(tmp_path)
    with engine.connect() as connection:
        assert value == connection.exec_driver_sql(f"PRAGMA {pragma}").scalar()
    engine.dispose()


def test_mariadb_is_set_for_several_processes(mariadb_engine: Engine) -> None:
    """The connection's own settings, whatever the server's defaults are."""
    expected = {
        "tx_isolation": "READ-COMMITTED",
        "character_set_connection": "utf8mb4",
        "time_zone": "+00:00",
        "innodb_lock_wait_timeout": "5",
    }
    with mariadb_engine.connect() as connection:
        found = {name: connection.exec_driver_sql(f"SHOW VARIABLES LIKE '{name}'").one()[1] for name in expected}

    assert expected == found


def test_mariadb_refuses_what_does_not_fit(request: pytest.FixtureRequest, mariadb_engine: Engine) -> None:
    """Strict although the server is not: nothing is cut in silence."""
    request.getfixturevalue("mariadb").execute("SET GLOBAL sql_mode = ''")
    engine = open_engine(mariadb_engine.url.render_as_string(hide_password=False))
    insert = "INSERT INTO media_marks (name, at) VALUES (REPEAT('x', 51), NOW())"

    with engine.connect() as connection, pytest.raises(DataError):
        connection.exec_driver_sql(insert)

    engine.dispose()


def test_four_byte_characters_survive_in_mariadb(mariadb_engine: Engine) -> None:
    """utf8mb4 in the tables and on the wire: an emoji in a file name is not a question mark."""
    with mariadb_engine.connect() as connection:
        connection.exec_driver_sql("INSERT INTO media_marks (name, at, note) VALUES ('poll', NOW(), '🖼️ ä')")

        assert "🖼️ ä" == connection.exec_driver_sql("SELECT note FROM media_marks").scalar()


def test_every_time_in_mariadb_has_microseconds(mariadb_engine: Engine) -> None:
    """A plain DATETIME would round them away."""
    query = (
        "SELECT DISTINCT column_type FROM information_schema.columns"
        " WHERE table_schema = DATABASE() AND data_type IN ('datetime', 'timestamp')"
    )
    with mariadb_engine.connect() as connection:
        assert {"datetime(6)"} == set(connection.exec_driver_sql(query).scalars())


@pytest.mark.parametrize("kind", ["sqlite", "mariadb"])
def test_no_traceback_shows_a_rows_values(kind: str, request: pytest.FixtureRequest) -> None:
    """They may be a user's; the statement alone is told."""
    engine = migrated_engine(kind, request)
    with engine.connect() as connection, pytest.raises(DBAPIError) as refused:
        connection.execute(text("INSERT INTO no_such_table VALUES (:value)"), {"value": "private"})
    engine.dispose()

    assert "no_such_table" in str(refused.value)
    assert "private" not in str(refused.value)


def test_the_newest_revision_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every file of the migrations is read for it, and `/readyz` asks each time."""
    newest = newest_revision()
    monkeypatch.setattr("media_vm.adapters.engine.ScriptDirectory", None)

    assert newest == newest_revision()
