"""The forms that a setting's text may have, checked and turned into values."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, AnyHttpUrl, BeforeValidator, SecretStr, ValidationError
from pydantic_settings import NoDecode
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from media_vm.rules.features import Feature
from media_vm.rules.validation import READABLE

DRIVERS = {"sqlite": "sqlite", "mysql": "mysql+pymysql", "mariadb": "mariadb+pymysql"}


ENCODED = "user and password are percent-encoded in it: @ is %40, / is %2F, % is %25"


def words(value: object) -> object:
    """`a, b` → ("a", "b")."""
    if isinstance(value, str):
        return tuple(word.strip() for word in value.split(",") if word.strip())
    return value


def origin(value: object) -> object:
    """An http(s) URL without its trailing slash, user or query."""
    if value is None:
        return None
    try:
        url = AnyHttpUrl(str(value))
    except ValidationError:
        raise ValueError("it should be a URL that begins with http:// or https://") from None
    if url.username or url.password or url.query or url.fragment:
        raise ValueError("no user, password, query or fragment belongs here")
    return str(url).rstrip("/")


def readable(types: tuple[str, ...]) -> tuple[str, ...]:
    if strange := sorted(set(types) - READABLE):
        raise ValueError(f"no {', '.join(strange)} is read here; known: {', '.join(sorted(READABLE))}")
    if not types:
        raise ValueError("with no type at all nothing would be taken")
    return types


def switches(listed: object) -> object:
    """Features by name; `none` for none of them."""
    named = words(listed)
    return () if named == ("none",) else named


def origins(listed: tuple[str, ...]) -> tuple[str, ...]:
    """Origins as browsers send them: scheme, host and port, in lower case; `*` for all."""
    urls = tuple(one if one == "*" else str(origin(one)) for one in listed)
    if any(one.count("/") > 2 for one in urls):
        raise ValueError("an origin has no path")
    return urls


def key(secret: SecretStr) -> SecretStr:
    """What may stand in an `Authorization` header."""
    text = secret.get_secret_value()
    if not (text.isascii() and text.isprintable()):
        raise ValueError("a key consists of printable ASCII characters")
    return secret


def database(url: str) -> str:
    """A URL of a database that we know. What is wrong with it is said without quoting it: it holds a password."""
    try:
        where = make_url(url)
        backend = where.get_backend_name()
    except (ArgumentError, ValueError):
        raise ValueError(f"it is no database URL; {ENCODED}") from None
    if backend not in DRIVERS:
        raise ValueError(f"{backend} is not supported; sqlite and mysql+pymysql are")
    if where.drivername != DRIVERS[backend]:
        raise ValueError(f"{where.drivername} has no driver here; {DRIVERS[backend]} is meant")
    if not where.database:
        raise ValueError("it names no " + ("file" if backend == "sqlite" else "database, as in …/oaf_media"))
    if backend != "sqlite" and url.count("@") > 1:  # else part of the password would count as the host
        raise ValueError(ENCODED)
    return url


DatabaseUrl = Annotated[str, AfterValidator(database)]
Words = Annotated[tuple[str, ...], NoDecode, BeforeValidator(words)]
Origins = Annotated[Words, AfterValidator(origins)]
Key = Annotated[SecretStr, AfterValidator(key)]
Features = Annotated[tuple[Feature, ...], NoDecode, BeforeValidator(switches)]
Types = Annotated[Words, AfterValidator(readable)]
Url = Annotated[str, BeforeValidator(origin)]
