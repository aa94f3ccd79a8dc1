"""`media-vm doctor` on our own database: away, not migrated, busy, or changed by an administrator."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest

from tests.integration.databases import empty_mariadb
from tests.integration.doctors_home import CANARY, Home
from tests.mariadb import PrivateMariaDB


@pytest.fixture
def unmigrated(mariadb: PrivateMariaDB) -> str:
    return empty_mariadb(mariadb, "doctor_unmigrated")


def test_a_database_without_its_tables(home: Home, unmigrated: str) -> None:
    """And one that is not there at all."""
    code, what, state, said = home.one("database", DATABASE_URL=unmigrated)
    none = home.one("database", DATABASE_URL=f"sqlite:///{home.folder / 'none.db'}")

    assert (1, "database: tables", "problem") == (code, what, state)
    assert "run `media-vm migrate`" in said
    assert (1, "database", "problem") == none[:3]
    assert "there is no database at" in none[3]
    assert not (home.folder / "none.db").exists()


def test_a_database_without_one_of_its_tables(home: Home) -> None:
    """Its revision alone would say that all is well."""
    with closing(sqlite3.connect(home.database)) as connection:
        connection.execute("DROP TABLE media_files")
    code, what, state, said = home.one("database")

    assert (1, "database: tables", "problem") == (code, what, state)
    assert "but not there: media_files → " in said and "`media-vm restore`" in said


def test_a_database_that_is_away(home: Home) -> None:
    """By its place, without its password."""
    away = home.one("database", DATABASE_URL=f"mysql+pymysql://me:{CANARY}@127.0.0.1:9/oaf_media")

    assert (1, "database", "problem") == away[:3]
    assert "→ check DATABASE_URL (127.0.0.1:9/oaf_media) and that it runs" in away[3]


def test_what_an_administrator_changed_on_mariadb(
    home: Home, mariadb: PrivateMariaDB, doctors_database: str
) -> None:
    """The claim's index, a character set, an engine, the largest packet: each by name, all at once."""
    table = "doctors_own.media_variants"
    mariadb.execute(
        "DROP INDEX ix_processing_checklist_due ON doctors_own.processing_checklist",
        "SET FOREIGN_KEY_CHECKS = 0",
        f"ALTER TABLE {table} CONVERT TO CHARACTER SET latin1",
        "ALTER TABLE doctors_own.media_marks ENGINE = Aria",
        "SET GLOBAL max_allowed_packet = 1048576",
        "SET GLOBAL innodb_flush_log_at_trx_commit = 2",
        "SET GLOBAL max_connections = 100",
    )
    try:
        code, ill = home.found("database", DATABASE_URL=doctors_database, MEDIA_VM_ITEMS_IN_FLIGHT="90")
    finally:
        mariadb.execute(
            "CREATE INDEX ix_processing_checklist_due ON doctors_own.processing_checklist (due_at, id)",
            f"ALTER TABLE {table} CONVERT TO CHARACTER SET utf8mb4",
            "ALTER TABLE doctors_own.media_marks ENGINE = InnoDB",
            "SET GLOBAL max_allowed_packet = 16777216",
            "SET GLOBAL innodb_flush_log_at_trx_commit = 1",
            "SET GLOBAL max_connections = 151",
        )

    expected = {
        "database: index of the claim": "CREATE INDEX ix_processing_checklist_due ON",
        "database: character set": "not utf8mb4: media_variants",
        "database: engine": "without transactions: media_marks",
        "database: max_allowed_packet": "set max_allowed_packet = 16777216",
        "database: durability": "set it to 1",
        "database: connections": "max_connections is 100; a worker and serve hold up to 106,",
    }
    assert (1, [*expected]) == (code, [*ill])
    assert [] == [what for what, words in expected.items() if words not in ill[what][1]]


def test_a_user_who_may_only_read(home: Home, mariadb: PrivateMariaDB, doctors_database: str) -> None:
    """As a restored dump's user, or a replica's."""
    mariadb.execute(
        "CREATE USER IF NOT EXISTS reader@localhost IDENTIFIED BY 'r'",
        "GRANT SELECT ON doctors_own.* TO reader@localhost",
    )
    code, what, state, said = home.one("database", DATABASE_URL=doctors_database.replace("root@", "reader:r@"))

    assert (1, "database: rights", "problem") == (code, what, state)
    assert "refuses INSERT, UPDATE, DELETE → GRANT SELECT, INSERT, UPDATE, DELETE" in said


def test_a_user_of_few_connections(home: Home, mariadb: PrivateMariaDB, doctors_database: str) -> None:
    """The server has enough, and this user may not have them."""
    mariadb.execute(
        "CREATE USER few@localhost IDENTIFIED BY 'f' WITH MAX_USER_CONNECTIONS 20",
        "GRANT SELECT, INSERT, UPDATE, DELETE ON doctors_own.* TO few@localhost",
    )
    url = doctors_database.replace("root@", "few:f@")
    code, what, state, said = home.one("database", DATABASE_URL=url, MEDIA_VM_ITEMS_IN_FLIGHT="4")

    assert (0, "database: connections", "warning") == (code, what, state)
    assert "max_user_connections is 20; a worker and serve hold up to 20, and 10 are for" in said
    assert "→ set max_user_connections = 30 or more" in said


def test_a_database_that_is_busy(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """A writer that holds it for long says nothing of our rights."""
    monkeypatch.setattr("media_vm.adapters.engine.BUSY_SECONDS", 0)
    with closing(sqlite3.connect(home.database, isolation_level=None)) as writer:
        writer.execute("BEGIN IMMEDIATE")
        code, what, _, said = home.one("database")

    assert (1, "database") == (code, what)
    assert "did not answer or was busy for too long" in said
