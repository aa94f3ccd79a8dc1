"""Column types, and the time, that mean the same on SQLite, MariaDB and MySQL."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, DateTime, Dialect, Enum, Integer, Text
from sqlalchemy.dialects import mysql
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeDecorator, TypeEngine


class UtcDateTime(TypeDecorator[datetime]):
    """Aware UTC in Python; naive UTC with microseconds in the database. MySQL's plain DATETIME drops them."""

    impl = DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """DATETIME(6) where fractions have to be asked for."""
        if dialect.name in ("mysql", "mariadb"):
            return dialect.type_descriptor(mysql.DATETIME(fsp=6))
        return dialect.type_descriptor(DateTime())

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """A naive time is a mistake of the caller's."""
        if value is None:
            return None
        assert value.tzinfo is not None, "times are aware UTC"
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """What the database holds is UTC."""
        return value.replace(tzinfo=UTC) if value else None


def words(kind: type[StrEnum]) -> Enum:
    """An ENUM of the values (not the names) of a StrEnum."""
    return Enum(kind, values_callable=lambda members: [member.value for member in members], native_enum=True)


# SQLite numbers a row by itself only in a column of type INTEGER.
Id = BigInteger().with_variant(Integer, "sqlite")
LongText = Text().with_variant(mysql.LONGTEXT(), "mysql", "mariadb")


class Now(FunctionElement[datetime]):
    """The database's time: no two machines' clocks are ever compared (contract §5.2)."""

    type = UtcDateTime()
    inherit_cache = True


@compiles(Now)
def _utc_with_microseconds(_: Now, compiler: SQLCompiler, **_options: object) -> str:
    # As SQLite keeps times, which are text there: with six digits, although its clock has three.
    return "strftime('%Y-%m-%d %H:%M:%f000', 'now')" if compiler.dialect.name == "sqlite" else "UTC_TIMESTAMP(6)"
