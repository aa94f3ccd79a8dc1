"""The fields that the tables are made of."""

from __future__ import annotations

from typing import Any

from sqlalchemy import JSON, Column, ForeignKey, Index, String
from sqlmodel import Field

from media_vm.adapters.columns import Id, Now, UtcDateTime, words

# Ids are never reused: a URL that was given out must never show another picture.
NEVER_REUSED = {"sqlite_autoincrement": True, "mysql_engine": "InnoDB", "mysql_charset": "utf8mb4"}


def row_id() -> Any:
    """The primary key, numbered by the database."""
    return Field(default=None, sa_column=Column(Id, primary_key=True, autoincrement=True))


def owner_id(*, unique: bool = False) -> Any:
    """Whose media it is; gone with it."""
    key = ForeignKey("media_files.id", ondelete="CASCADE")
    return Field(sa_column=Column(Id, key, nullable=False, unique=unique, index=not unique))


def time(*, required: bool = False) -> Any:
    """Aware UTC, to the microsecond."""
    return Field(default=None, sa_column=Column(UtcDateTime, nullable=not required))


def changed_at() -> Any:
    """The time of the row's last change, by the database's clock wherever a change names none."""
    return Field(default=None, sa_column=Column(UtcDateTime, nullable=False, onupdate=Now()))


def text(width: int, *, required: bool = False) -> Any:
    """So many characters at most."""
    return Field(default=None, sa_column=Column(String(width), nullable=not required))


def path_index(name: str, column: str) -> Index:
    """Of a path's beginning: 191 characters of utf8mb4 fit into a key whatever the row format."""
    length = {column: 191}
    return Index(name, column, mysql_length=length, mariadb_length=length)


def json() -> Any:
    """Any JSON; None is NULL."""
    return Field(default=None, sa_column=Column(JSON(none_as_null=True), nullable=True))


def word(kind: Any, *, required: bool = False) -> Any:
    """An ENUM of a StrEnum's values."""
    return Field(default=None, sa_column=Column(words(kind), nullable=not required))
