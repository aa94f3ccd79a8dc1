"""The fields that the tables are made of."""

from __future__ import annotations

from typing import Any

from sqlalchemy import JSON, Column, ForeignKey, String
from sqlmodel import Field

from media_vm.adapters.columns import Id, UtcDateTime, words


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


def text(width: int, *, required: bool = False) -> Any:
    """So many characters at most."""
    return Field(default=None, sa_column=Column(String(width), nullable=not required))


def json() -> Any:
    """Any JSON; None is NULL."""
    return Field(default=None, sa_column=Column(JSON(none_as_null=True), nullable=True))


def word(kind: Any, *, required: bool = False) -> Any:
    """An ENUM of a StrEnum's values."""
    return Field(default=None, sa_column=Column(words(kind), nullable=not required))
