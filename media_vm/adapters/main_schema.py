"""Are the main API's tables as replacing temp URLs needs them, and may our user do what it takes?

Asked of information_schema, which shows what one has a right to: SHOW CREATE TABLE, which SQLAlchemy's own
inspection uses, wants more rights than our user has.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, Engine, bindparam, text

from media_vm.adapters.transactions import translated
from media_vm.errors import WrongUse
from media_vm.rules.replace_rights import REMEDY, read_by, written_by
from media_vm.rules.temp_urls import PENDING, Column, is_identifier

VARIABLE = "MAIN_API_DATABASE_URL"

_SERVER = text(
    "SELECT table_name AS tab, column_name AS col, column_key = 'PRI' AS is_key, privileges AS rights,"
    " data_type REGEXP 'int$|char$|^enum$|^uuid$' AS is_plain, character_maximum_length AS width"
    " FROM information_schema.columns"
    " WHERE table_schema = DATABASE() AND table_name IN :tables ORDER BY ordinal_position"
).bindparams(bindparam("tables", expanding=True))
_SQLITE = text(
    "SELECT :table AS tab, name AS col, pk > 0 AS is_key, 'select,update' AS rights, NULL AS width,"
    " type LIKE '%int%' OR type LIKE '%char%' OR type LIKE '%text%' AS is_plain"
    " FROM pragma_table_info(:table)"
)


@dataclass(frozen=True, slots=True)
class _Fact:
    """A column that we may see. is_plain: a whole number or a text, which an undo log can name. width: in
    characters; None when there is no limit."""

    is_key: bool
    is_plain: bool
    rights: frozenset[str]
    width: int | None


Facts = Mapping[tuple[str, str], _Fact]


def require_tables(engine: Engine, columns: Sequence[Column], longest: int) -> Mapping[str, tuple[str, ...]]:
    """The primary key of each table. longest: of the URLs, in characters. WrongUse names all that is missing,
    DatabaseDown when the database does not answer."""
    keys, problems = look_at_tables(engine, columns, longest)
    if problems:
        raise WrongUse(f"{VARIABLE}: {'; '.join(problems)}: {REMEDY}")
    return keys


def look_at_tables(
    engine: Engine, columns: Sequence[Column], longest: int
) -> tuple[Mapping[str, tuple[str, ...]], list[str]]:
    """The same, and a sentence for each thing that is missing. WrongUse: there is no such file."""
    file = engine.url.database if engine.dialect.name == "sqlite" else None
    if file is not None and not Path(file).is_file():
        raise WrongUse(f"there is no database at {VARIABLE}: check it for a slip")
    tables = dict.fromkeys((PENDING, *(one.table for one in columns)))
    with translated(variable=VARIABLE), engine.connect().execution_options(reading=True) as connection:
        facts = _facts(connection, tuple(tables))
    return {table: _key(facts, table) for table in tables}, [*_problems(facts, columns, longest)]


def _facts(connection: Connection, tables: Sequence[str]) -> Facts:
    if connection.dialect.name == "sqlite":
        rows = [row for table in tables for row in connection.execute(_SQLITE, {"table": table})]
    else:
        rows = list(connection.execute(_SERVER, {"tables": tables}))
    return {
        (row.tab, row.col): _Fact(
            bool(row.is_key), bool(row.is_plain), frozenset(str(row.rights).split(",")), row.width
        )
        for row in rows
    }


def _problems(facts: Facts, columns: Sequence[Column], longest: int) -> Iterator[str]:
    written = written_by(columns)
    for one in read_by(columns):
        fact = facts.get((one.table, one.name))
        rights = fact.rights if fact else frozenset()
        lacking = [right for right in ("select", "update") if right not in rights]
        needed = [right for right in lacking if right == "select" or one in written]
        if needed:
            yield f"{one} cannot be {' or '.join(_DONE[right] for right in needed)}"
    for table in dict.fromkeys(one.table for one in columns):
        key = _key(facts, table)
        if not key or not all(is_identifier(name) for name in key):
            yield f"the primary key of {table} cannot be read"
        yield from (
            f"{table}.{name}, of its primary key, is neither a whole number nor a text"
            for name in key
            if not facts[table, name].is_plain
        )
    for one in columns:
        fact = facts.get((one.table, one.name))
        if fact and fact.width is not None and fact.width < longest:
            yield f"{one} holds {fact.width} characters, a URL may have {longest}"


_DONE = {"select": "read", "update": "written"}


def _key(facts: Facts, table: str) -> tuple[str, ...]:
    keys = {name: fact for (of, name), fact in facts.items() if of == table and fact.is_key}
    return tuple(name for name, fact in keys.items() if "select" in fact.rights)
