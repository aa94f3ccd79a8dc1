"""The forms that a setting's text may have, checked and turned into values."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, AnyHttpUrl, BeforeValidator
from pydantic_settings import NoDecode
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from media_vm.rules.validation import READABLE


def words(value: object) -> object:
    """`a, b` → ("a", "b")."""
    if isinstance(value, str):
        return tuple(word.strip() for word in value.split(",") if word.strip())
    return value


def origin(value: object) -> object:
    """An http(s) URL without its trailing slash, user or query."""
    if value is None:
        return None
    url = AnyHttpUrl(str(value))
    if url.username or url.password or url.query or url.fragment:
        raise ValueError("no user, password, query or fragment belongs here")
    return str(url).rstrip("/")


def readable(types: tuple[str, ...]) -> tuple[str, ...]:
    if strange := sorted(set(types) - READABLE):
        raise ValueError(f"no {', '.join(strange)} is read here; known: {', '.join(sorted(READABLE))}")
    if not types:
        raise ValueError("with no type at all nothing would be taken")
    return types


def database(url: str) -> str:
    """A URL of a database that we know. What is wrong with it is said without quoting it: it holds a password."""
    try:
        backend = make_url(url).get_backend_name()
    except (ArgumentError, ValueError):
        raise ValueError("it is no database URL") from None
    if backend not in ("sqlite", "mysql", "mariadb"):
        raise ValueError(f"{backend} is not supported; sqlite and mysql+pymysql are")
    return url


DatabaseUrl = Annotated[str, AfterValidator(database)]
Words = Annotated[tuple[str, ...], NoDecode, BeforeValidator(words)]
Types = Annotated[Words, AfterValidator(readable)]
Url = Annotated[str, BeforeValidator(origin)]
