"""SQL over the main API's own tables. What writes compares bytes: collations hold `A` for `a` and forgive spaces
at the end."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    ColumnClause,
    ColumnElement,
    Connection,
    LargeBinary,
    TableClause,
    and_,
    case,
    cast,
    column,
    func,
    select,
    table,
    update,
)

from media_vm.adapters.main_schema import VARIABLE
from media_vm.errors import WrongUse
from media_vm.replacing_ports import Counts
from media_vm.rules.replace_rights import READ
from media_vm.rules.replacing import Place, Processed
from media_vm.rules.temp_urls import PENDING, TEMP_PREFIX, Column
from media_vm.rules.undoing import COMPLETE, Entry, time_of

PROCESSED = "processed"

pending = table(PENDING, *(column(name) for name in READ))


def completed(connection: Connection, image: Processed) -> bool:
    """Complete now; False when it was no longer as we read it."""
    statement = (
        update(pending)
        .where(
            pending.c.id == image.image_id,
            pending.c.status == PROCESSED,
            _is_exactly(pending.c.image_path, image.image_path),
            _is_exactly(pending.c.permanent_url, image.permanent_url),
        )
        .values(status=COMPLETE, updated_at=func.current_timestamp())
    )
    return connection.execute(statement).rowcount == 1


def reopened(connection: Connection, entry: Entry) -> bool:
    """Processed again, as of when it was before; False when it is not complete, or another image."""
    values = {"status": PROCESSED} | ({"updated_at": entry.updated_at} if entry.updated_at else {})
    statement = update(pending).where(
        pending.c.id == entry.image_id,
        pending.c.status == COMPLETE,
        _is_exactly(pending.c.image_path, entry.image_path),
    )
    return connection.execute(statement.values(**values)).rowcount == 1


def swapped(connection: Connection, place: Place, old: str, new: str) -> bool:
    """Compare and set. WrongUse: a key of which we see only a part names several rows, which no undo log could."""
    one = clause(place.column.name)
    statement = update(table_of(place.column)).where(is_row(place), _is_exactly(one, old))
    rows = connection.execute(statement.values({one.name: new})).rowcount
    if rows > 1:
        table = place.column.table
        raise WrongUse(
            f"{VARIABLE}: several rows of {table} have this key: grant SELECT on all of its primary key"
        )
    return rows == 1


def status_of(connection: Connection, image_id: int, image_path: str) -> str | None:
    """None: there is no such image with this path."""
    is_it = and_(pending.c.id == image_id, _is_exactly(pending.c.image_path, image_path))
    status = connection.execute(select(pending.c.status).where(is_it)).scalar()
    return None if status is None else str(status)


def counts_of(connection: Connection, one: Column, base_url: str) -> Counts:
    """What the column holds."""
    value = clause(one.name)
    temp, permanent = (
        func.coalesce(func.sum(case((begins(one, prefix), 1), else_=0)), 0)
        for prefix in (TEMP_PREFIX, f"{base_url}/")
    )
    query = select(func.count(), temp, permanent).select_from(table_of(one)).where(value.is_not(None), value != "")
    return Counts(one, *(int(number) for number in connection.execute(query).one()))


def processed_since(since: datetime | None) -> ColumnElement[bool]:
    """The images of a run; None: whenever they became so."""
    is_processed = pending.c.status == PROCESSED
    if since is None:
        return is_processed
    return and_(is_processed, pending.c.updated_at >= f"{since.astimezone(UTC):%Y-%m-%d %H:%M:%S}")


def _is_exactly(value: ColumnElement[Any], text: str) -> ColumnElement[bool]:
    """Byte for byte; the first half is for an index, if there is one."""
    return and_(value == text, cast(value, LargeBinary) == text.encode())


def begins(one: Column, prefix: str) -> ColumnElement[bool]:
    """For reading alone: whoever needs it exact compares again."""
    return func.substr(clause(one.name), 1, len(prefix)) == prefix


def is_row(place: Place) -> ColumnElement[bool]:
    """By its primary key."""
    return and_(*(clause(name) == value for name, value in place.key))


def clause(name: str) -> ColumnClause[Any]:
    """A column, quoted where its name needs it."""
    return column(name)


def table_of(one: Column) -> TableClause:
    """The table that it is in."""
    return table(one.table, column(one.name))


def text_of(value: object) -> str:
    """Empty for NULL, and for what is no text."""
    return value if isinstance(value, str) else ""


def text_of_time(value: object) -> str | None:
    """As it is put back: the session's time is UTC."""
    return time_of(value.isoformat(" ") if isinstance(value, datetime) else text_of(value))
