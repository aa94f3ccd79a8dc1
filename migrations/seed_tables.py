"""The seed's own three tables beside ours: set aside by one statement, then read, and never written.

MariaDB and MySQL only, as the seed's are. Going back is one statement too (docs/operator.md).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy import Connection, inspect, text

from media_vm.errors import NotTakenOver, WrongUse

MEDIA, CHECKLIST, ANALYSIS = TABLES = ("media_files", "processing_checklist", "media_ai_analysis")
PREFIX: Final = "seed_"
COLUMNS: Final = {
    MEDIA: "id main_api_id user_id data_type original_name mime_type file_size bulk_path library_path status"
    " created_at updated_at",
    CHECKLIST: "id media_id worker_id retrieve_file ai_visual_analysis resize_optimize update_callback"
    " retrieve_file_attempts ai_visual_analysis_attempts resize_optimize_attempts update_callback_attempts"
    " created_at updated_at",
    ANALYSIS: "id media_id dominant_colors detected_objects detected_text style_classification medium_detected"
    " subject_matter quality_score mood_keywords confidence_score raw_google_response raw_gpt4_response"
    " created_at",
}
"""Of the seed's DDL; what else a table has stays behind in it."""
_JSON: Final = ("dominant_colors", "detected_objects", "mood_keywords", "raw_google_response", "raw_gpt4_response")
_OURS: Final = "source"  # a column of `media_files` since the first revision, and never the seed's
_ROWS_AT_ONCE: Final = 500
_ZONE: Final = "@@global.time_zone"


@dataclass(frozen=True, slots=True)
class SeedTable:
    """One of the three as it is now. name: with the prefix once it was set aside. columns: the seed's that it has.
    extra: others."""

    name: str
    columns: Mapping[str, str]
    extra: tuple[str, ...]

    def has(self, column: str) -> bool:
        """Not every copy has them all."""
        return column in self.columns


def are_live(connection: Connection) -> bool:
    """Do they still have their own names, by which the system before ours may be using them just now?"""
    return connection.dialect.name != "sqlite" and _is_seeds(connection, _here(connection))


def set_aside(connection: Connection, *, may_take_over: bool) -> None:
    """Before the first revision, which makes tables of these names. One statement, whole or not at all: killed
    before it nothing has happened, and after it ours can be made. NotTakenOver, WrongUse."""
    if are_live(connection):
        names = _here(connection)
        found = [table for table in TABLES if table in names]
        if not may_take_over:
            raise _not_asked(found, connection)
        _rename(found, names, connection)
    connection.commit()  # or all revisions would be one transaction


def _not_asked(found: Sequence[str], connection: Connection) -> NotTakenOver:
    counted = [
        f"{table} ({connection.execute(text(f'SELECT COUNT(*) FROM {table}')).scalar_one()} rows)"  # noqa: S608 - our own names
        for table in found
    ]
    return NotTakenOver(
        f"the database {connection.engine.url.database} (DATABASE_URL) is that of a running system: "
        f"{', '.join(counted)} are not media VM's. Nothing was changed. To take it over, stop that system and its "
        "timers, make a backup, look at `media-vm migrate --check`, then run `media-vm migrate --take-over` "
        '(docs/operator.md, "Taking over the running system"); else let DATABASE_URL name another database'
    )


def _rename(found: Sequence[str], names: frozenset[str], connection: Connection) -> None:
    if taken := [table for table in found if PREFIX + table in names]:
        raise WrongUse(
            f"there are both {taken[0]} of the system before media VM and {PREFIX}{taken[0]}, one taken over "
            "earlier: rename or drop the older of the two"
        )
    pairs = ", ".join(f"{table} TO {PREFIX}{table}" for table in found)
    connection.execute(text(f"RENAME TABLE {pairs}"))


def seed_tables(connection: Connection) -> dict[str, SeedTable]:
    """The seed's tables, set aside or not yet; none in a database that began with ours."""
    if connection.dialect.name == "sqlite":
        return {}
    names = _here(connection)
    prefix = "" if _is_seeds(connection, names) else PREFIX
    return {table: _look(connection, table, prefix + table) for table in TABLES if prefix + table in names}


def rows_of(
    connection: Connection, seed: SeedTable, ids: Sequence[int] = ()
) -> Iterator[Sequence[Mapping[str, Any]]]:
    """Rows by id, some at a time, times in UTC: all of them, or those with these ids."""
    selected = ", ".join(_selected(column, kind) for column, kind in seed.columns.items())
    among = " AND id IN :ids" if ids else ""
    query = f"SELECT {selected} FROM {seed.name} WHERE id > :last{among} ORDER BY id LIMIT {_ROWS_AT_ONCE}"  # noqa: S608 - our own names
    some = text(query).bindparams(sa.bindparam("ids", expanding=True)) if ids else text(query)
    given, last = {"ids": list(ids)} if ids else {}, 0
    while rows := connection.execute(some, {**given, "last": last}).mappings().all():
        yield [dict(row) for row in rows]
        last = rows[-1]["id"]


def next_id(connection: Connection, seed: SeedTable) -> int | None:
    """What the seed would have numbered its next row: ids of deleted rows were given out, too."""
    told = connection.execute(text(f"SHOW CREATE TABLE {seed.name}")).one()[1]
    found = re.search(r"\) ENGINE=.* AUTO_INCREMENT=(\d+)", told)
    return int(found[1]) if found else None


def _here(connection: Connection) -> frozenset[str]:
    return frozenset(inspect(connection).get_table_names())


def _is_seeds(connection: Connection, names: frozenset[str]) -> bool:
    if MEDIA not in names:
        return False
    columns = {column["name"] for column in inspect(connection).get_columns(MEDIA)}
    return "main_api_id" in columns and _OURS not in columns


def _look(connection: Connection, table: str, name: str) -> SeedTable:
    found = {column["name"]: column["type"] for column in inspect(connection).get_columns(name)}
    known = COLUMNS[table].split()
    kinds = {
        column: "datetime" if type(found[column]).__name__ == "DATETIME" else "other"
        for column in known
        if column in found
    }
    return SeedTable(name, kinds, tuple(column for column in found if column not in known))


def _selected(column: str, kind: str) -> str:
    """A TIMESTAMP is UTC inside, and comes as such, for our sessions are in UTC. A DATETIME is what somebody's
    clock showed: the server's, as far as anybody knows."""
    if kind == "datetime":
        utc = f"CONVERT_TZ({column}, {_ZONE}, '+00:00')"
        other = [f"CONVERT_TZ({utc} {sign} INTERVAL 1 HOUR, '+00:00', {_ZONE}) = {column}" for sign in "+-"]
        return f"{utc} AS {column}, {column} AS {column}_as_written, {' OR '.join(other)} AS {column}_is_twice"
    if column in _JSON:
        return f"{column}, JSON_VALID({column}) AS {column}_is_json"
    return column


def insert(connection: Connection, table: str, rows: Sequence[Mapping[str, Any]]) -> None:
    """Rows of one set of columns."""
    if rows:
        target = sa.table(table, *(sa.column(name) for name in rows[0]))
        connection.execute(sa.insert(target), list(rows))
