"""The main API's own tables (contract §9), by SQL that compares before it writes.

Collations hold `A` for `a` and forgive spaces at the end. So every comparison that counts is made of bytes, by the
database where it writes and by Python where it only reads.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, func, select, tuple_
from sqlmodel import Session

from media_vm.adapters.columns import Now as DatabaseNow
from media_vm.adapters.main_schema import VARIABLE
from media_vm.adapters.main_statements import (
    PROCESSED,
    begins,
    clause,
    completed,
    counts_of,
    is_row,
    pending,
    processed_since,
    reopened,
    status_of,
    swapped,
    table_of,
    text_of,
    text_of_time,
)
from media_vm.adapters.transactions import reading, transact
from media_vm.replacing_ports import Counts
from media_vm.rules.replacing import Place, Processed, Upload
from media_vm.rules.temp_urls import TEMP_PREFIX, Column
from media_vm.rules.undoing import COMPLETE, Entry, Now, Undoing

AT_ONCE = 500


class _ElsewhereNow(Exception):
    """Nothing of it may be written: the transaction is rolled back."""


class DatabaseMainTables:
    """The `MainTables` port. keys: each table's primary key, as `require_tables` found it."""

    def __init__(self, engine: Engine, columns: Sequence[Column], keys: Mapping[str, tuple[str, ...]]) -> None:
        self._engine = engine
        self._columns = tuple(columns)
        self._keys = keys

    @property
    def columns(self) -> Sequence[Column]:
        """As set up."""
        return self._columns

    def count(self, since: datetime | None) -> int:
        """For the progress bar."""
        with reading(self._engine, variable=VARIABLE) as session:
            query = select(func.count()).select_from(pending).where(processed_since(since))
            return int(session.connection().execute(query).scalar_one())

    def processed_after(self, image_id: int, since: datetime | None) -> Sequence[Processed]:
        """At most 500."""
        query = select(pending).where(pending.c.id > image_id, processed_since(since))
        with reading(self._engine, variable=VARIABLE) as session:
            rows = session.connection().execute(query.order_by(pending.c.id).limit(AT_ONCE)).all()
        return [
            Processed(row.id, text_of(row.image_path), text_of(row.permanent_url), text_of_time(row.updated_at))
            for row in rows
        ]

    def places_of(self, paths: Collection[str]) -> Mapping[str, Sequence[Place]]:
        """One look into each column for all of them: nothing says that it has an index."""
        found: dict[str, list[Place]] = {}
        with reading(self._engine, variable=VARIABLE) as session:
            for one in self._columns:
                rows = session.connection().execute(self._select(one).where(clause(one.name).in_(paths)))
                for *key, value in rows:
                    if value in paths:
                        found.setdefault(value, []).append(self._place(one, key))
        return found

    def uploads_of(self, paths: Collection[str]) -> Mapping[str, Sequence[Upload]]:
        """One look for all of them."""
        found: dict[str, list[Upload]] = {}
        with reading(self._engine, variable=VARIABLE) as session:
            for row in session.connection().execute(select(pending).where(pending.c.image_path.in_(paths))):
                if row.image_path in paths:
                    upload = Upload(row.id, text_of(row.status), text_of(row.permanent_url))
                    found.setdefault(row.image_path, []).append(upload)
        return found

    def replace(
        self,
        image: Processed,
        url: str,
        places: Sequence[Place],
        before_commit: Callable[[tuple[Place, ...]], None],
    ) -> tuple[Place, ...] | None:
        """The image's own row first: two runs at once wait for each other there, and the second finds it done."""
        told: list[tuple[Place, ...]] = []

        def work(session: Session) -> tuple[Place, ...]:
            connection = session.connection()
            if not completed(connection, image):
                if told and status_of(connection, image.image_id, image.image_path) == COMPLETE:
                    return told[-1]  # our own COMMIT took effect, its answer was lost
                raise _ElsewhereNow
            changed = tuple(one for one in places if swapped(connection, one, image.image_path, url))
            if places and not changed:
                raise _ElsewhereNow
            before_commit(changed)
            told.append(changed)
            return changed

        try:
            return transact(self._engine, work, variable=VARIABLE)
        except _ElsewhereNow:
            return None

    def temp_paths(self, column: Column) -> Iterator[Sequence[tuple[Place, str]]]:
        """At most 500 at a time, in the order of the primary key."""
        query = self._select(column).where(begins(column, TEMP_PREFIX))
        key = [clause(name) for name in self._keys[column.table]]
        after: tuple[Any, ...] = ()
        while True:
            place = query.where(tuple_(*key) > after) if after else query
            with reading(self._engine, variable=VARIABLE) as session:
                rows = session.connection().execute(place.order_by(*key).limit(AT_ONCE)).all()
            if not rows:
                return
            after = tuple(rows[-1][:-1])
            values = [(self._place(column, row[:-1]), str(row[-1])) for row in rows]
            yield [(one, value) for one, value in values if value.startswith(TEMP_PREFIX)]

    def now_of(self, entry: Entry) -> Now:
        """Row by row."""
        with reading(self._engine, variable=VARIABLE) as session:
            connection = session.connection()
            values = {one: self._value(connection, one) for one in entry.places}
            return Now(values, status_of(connection, entry.image_id, entry.image_path))

    def put_back(self, undoing: Undoing) -> Undoing:
        """The image's own row first, as in `replace`."""
        entry = undoing.entry

        def is_back(connection: Connection, place: Place) -> bool:
            is_swapped = swapped(connection, place, entry.url, entry.image_path)
            return is_swapped or self._value(connection, place) == entry.image_path  # an answer may have been lost

        def work(session: Session) -> Undoing:
            connection = session.connection()
            is_reopened = undoing.is_reopened and (
                reopened(connection, entry) or status_of(connection, entry.image_id, entry.image_path) == PROCESSED
            )
            places = tuple(one for one in undoing.places if is_back(connection, one))
            left = tuple(one for one in undoing.places if one not in places)
            return Undoing(entry, places, (*undoing.left, *left), is_reopened=is_reopened)

        return transact(self._engine, work, variable=VARIABLE)

    def counts(self, base_url: str) -> Sequence[Counts]:
        """One look into each column."""
        with reading(self._engine, variable=VARIABLE) as session:
            return [counts_of(session.connection(), one, base_url) for one in self._columns]

    def now(self) -> datetime:
        """Of this database, whose times we compare it with."""
        with reading(self._engine, variable=VARIABLE) as session:
            return session.connection().execute(select(DatabaseNow())).scalar_one()

    def _select(self, one: Column) -> Any:
        key = (clause(name) for name in self._keys[one.table])
        return select(*key, clause(one.name)).select_from(table_of(one))

    def _value(self, connection: Connection, place: Place) -> str | None:
        query = select(clause(place.column.name)).select_from(table_of(place.column)).where(is_row(place))
        value = connection.execute(query).scalar()
        return value if isinstance(value, str) else None

    def _place(self, one: Column, key: Sequence[Any]) -> Place:
        return Place(one, tuple(zip(self._keys[one.table], key, strict=True)))
