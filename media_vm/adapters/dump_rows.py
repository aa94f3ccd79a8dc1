"""The rows of a dump as it lies there: neither a server nor a restore is needed to read them."""

from __future__ import annotations

import os
import re
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path

from media_vm.errors import WrongUse

Row = Mapping[str, str | None]

# mariadb-dump escapes line ends, so a statement of several lines breaks between rows and nowhere else.
_STRING = rb"'[^'\\]*+(?:(?:\\.|'')[^'\\]*+)*+'"
_ROW = re.compile(rb"\(((?:[^'()]++|" + _STRING + rb")*+)\)")
_VALUE = re.compile(_STRING + rb"|[^',]++")
_COLUMN = re.compile(rb"  `([^`]+)` ")
_ESCAPED = re.compile(rb"\\(.)|''")
_MEANT = {b"0": b"\0", b"n": b"\n", b"r": b"\r", b"Z": b"\x1a"}
_LAST_LINE = b"-- Dump completed"
_TAIL = 200  # bytes: more than the last line has
_ASKED = ("page_count", "page_size", "quick_check(1)")


def rows_in(dump: Path, table: str) -> Iterator[Row]:
    """Every row of one table, each value as text. WrongUse, be it after some rows, if the dump is not whole."""
    return _sqlite_rows(dump, table) if dump.suffix == ".db" else _sql_rows(dump, table)


def why_not_whole(dump: Path) -> str | None:
    """Why nothing may be replaced by it; None: it is whole, to its end. OSError."""
    if dump.suffix == ".db":
        return _why_not_sqlite(dump)
    with dump.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(0, size - _TAIL))
        last = file.read().rstrip().rpartition(b"\n")[2]
    if not size:
        return "it is empty"
    return None if last.startswith(_LAST_LINE) else "it ends early: its last line is not that of a completed dump"


def _why_not_sqlite(dump: Path) -> str | None:
    try:
        with closing(_opened(dump)) as connection:
            pages, a_page, told = (connection.execute(f"PRAGMA {one}").fetchone()[0] for one in _ASKED)
            tables = {one for (one,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    except sqlite3.DatabaseError as error:
        return str(error)
    if pages * a_page != dump.stat().st_size:
        return "it ends early"
    if told != "ok":
        return str(told)
    return None if "media_files" in tables else "it holds no media_files"


def _opened(dump: Path) -> sqlite3.Connection:
    """To look leaves no log beside it."""
    return sqlite3.connect(f"{dump.absolute().as_uri()}?immutable=1", uri=True)


def _sqlite_rows(dump: Path, table: str) -> Iterator[Row]:
    try:
        with closing(_opened(dump)) as connection:
            found = connection.execute(f"SELECT * FROM {table}")  # noqa: S608 - a name of ours
            columns = [column for column, *_ in found.description]
            for row in found:
                yield _row(columns, [None if value is None else str(value) for value in row])
    except sqlite3.DatabaseError as error:
        raise _not_whole(dump, str(error)) from error


def _sql_rows(dump: Path, table: str) -> Iterator[Row]:
    makes, fills = (f"{verb} `{table}` ".encode() for verb in ("CREATE TABLE", "INSERT INTO"))
    columns: list[str] = []
    statement = last = b""
    with dump.open("rb") as lines:
        for line in lines:
            if not statement:
                statement = next((one for one in (makes, fills) if line.startswith(one)), b"")
            if statement == makes and (column := _COLUMN.match(line)):
                columns.append(column[1].decode())
            elif statement == fills:
                rows = line.partition(b" VALUES")[2] if line.startswith(fills) else line
                for row in _ROW.finditer(rows):
                    yield _row(columns, [_value(one) for one in _VALUE.findall(row[1])])
            if line.endswith(b";\n"):
                statement = b""
            last = line.strip() or last
    if not columns or not last.startswith(_LAST_LINE):
        raise _not_whole(dump, f"it ends early, or without {table}")


def _row(columns: Sequence[str], values: Sequence[str | None]) -> Row:
    return dict(zip(columns, values, strict=True))


def _value(literal: bytes) -> str | None:
    if literal.startswith(b"'"):
        plain = _ESCAPED.sub(lambda found: _MEANT.get(found[1], found[1]) if found[1] else b"'", literal[1:-1])
        return plain.decode()
    return None if literal == b"NULL" else literal.decode()


def _not_whole(dump: Path, why: str) -> WrongUse:
    return WrongUse(f"{dump} is no whole dump ({why}): remove it, and make a new backup")
