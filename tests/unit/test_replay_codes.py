"""Which of the databases' errors let a whole transaction run again."""

from __future__ import annotations

import sqlite3

import pymysql  # type: ignore[import-untyped]
import pytest
from sqlalchemy.exc import DBAPIError, IntegrityError, InterfaceError, OperationalError, ProgrammingError

from media_vm.adapters.transactions import replay_code


def mysql_error(kind: type[DBAPIError], code: int) -> DBAPIError:
    original = getattr(pymysql.err, kind.__name__)
    return kind("SELECT 1", {}, original(code, "as the server says it"))


def sqlite_error(code: int) -> DBAPIError:
    original = sqlite3.OperationalError("database is locked")
    original.sqlite_errorcode = code
    return OperationalError("BEGIN IMMEDIATE", {}, original)


@pytest.mark.parametrize("code", [1213, 1205, 1020, 2006, 2013, 1927, 4031])
def test_a_transaction_that_was_undone_or_cut_off_runs_again(code: int) -> None:
    """Deadlock, lock wait, changed snapshot, and every way to lose a connection."""
    assert code == replay_code(mysql_error(OperationalError, code))


def test_a_driver_without_a_connection_is_one_way_to_lose_it() -> None:
    """PyMySQL says InterfaceError(0, '') and no more."""
    assert 0 == replay_code(mysql_error(InterfaceError, 0))


def test_a_key_that_was_just_taken_is_found_by_the_next_run() -> None:
    """Two who looked, found nothing and inserted: the second finds the first one's row."""
    assert 1062 == replay_code(mysql_error(IntegrityError, 1062))


@pytest.mark.parametrize("code", [5, 5 | 1 << 8, 5 | 2 << 8])
def test_a_busy_sqlite_is_tried_again(code: int) -> None:
    """BUSY and its extended codes, BUSY_RECOVERY and BUSY_SNAPSHOT."""
    assert 5 == replay_code(sqlite_error(code))


@pytest.mark.parametrize(
    "error",
    [
        mysql_error(ProgrammingError, 1064),
        mysql_error(OperationalError, 1045),
        mysql_error(OperationalError, 2003),
        mysql_error(IntegrityError, 1452),
        sqlite_error(1),
    ],
)
def test_what_would_fail_again_does_not_run_again(error: DBAPIError) -> None:
    """Wrong SQL, a wrong password, nobody listening, a missing parent row, no such table."""
    assert replay_code(error) is None
