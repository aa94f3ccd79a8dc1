"""The forms that a setting's text may have, checked and turned into values."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, AnyHttpUrl, BeforeValidator, SecretStr, ValidationError
from pydantic_settings import NoDecode
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from media_vm.rules.addresses import Network, networks_named
from media_vm.rules.embedding import ModelName, model_name
from media_vm.rules.endpoints import Bind, bind_of, host_of
from media_vm.rules.features import Feature
from media_vm.rules.findings import Provider
from media_vm.rules.google_features import Feature as GoogleFeature
from media_vm.rules.google_features import features_named
from media_vm.rules.manifest import PUBLISHABLE
from media_vm.rules.retention import Retention, retention_of
from media_vm.rules.temp_urls import Column, columns_named
from media_vm.rules.validation import READABLE

SHORTEST_KEY = 16  # characters
MODEL_PROVIDERS = (Provider.OPENAI, Provider.OPENROUTER, Provider.OLLAMA)
DRIVERS = {"sqlite": "sqlite", "mysql": "mysql+pymysql", "mariadb": "mariadb+pymysql"}


ENCODED = "user and password are percent-encoded in it: @ is %40, / is %2F, % is %25"


def words(text: str) -> tuple[str, ...]:
    """`a, b` → ("a", "b")."""
    return tuple(word.strip() for word in text.split(",") if word.strip())


def listed(value: object) -> object:
    """The words of a text; a default is a list already."""
    return words(value) if isinstance(value, str) else value


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


def publishable(fields: tuple[str, ...]) -> tuple[str, ...]:
    """Fields of the analysis by the callback's names."""
    if strange := sorted(set(fields) - set(PUBLISHABLE)):
        raise ValueError(f"the analysis has no {', '.join(strange)}; it has {', '.join(PUBLISHABLE)}")
    return fields


def switches(value: object) -> object:
    """What is named; `none` for none of it."""
    named = listed(value)
    return () if named == ("none",) else named


def origins(named: tuple[str, ...]) -> tuple[str, ...]:
    """Origins as browsers send them: scheme, host and port, in lower case; `*` for all."""
    urls = tuple(one if one == "*" else str(origin(one)) for one in named)
    if any(one.count("/") > 2 for one in urls):
        raise ValueError("an origin has no path")
    return urls


def key(secret: SecretStr) -> SecretStr:
    """What may stand in an `Authorization` header."""
    text = secret.get_secret_value()
    if not (text.isascii() and text.isprintable()):
        raise ValueError("a key consists of printable ASCII characters")
    return secret


def signing_keys(secret: SecretStr) -> SecretStr:
    """One key that signs, and perhaps the one before, whose signatures still count."""
    keys = words(secret.get_secret_value())
    if not 1 <= len(keys) <= 2 or any(len(one) < SHORTEST_KEY for one in keys):
        raise ValueError(f"it should be one or two keys of at least {SHORTEST_KEY} characters")
    return key(secret)


def long_key(secret: SecretStr) -> SecretStr:
    """A key that nobody guesses, though nobody counts the tries; an empty text is not taken for none."""
    if not secret.get_secret_value():
        raise ValueError("it is empty; unset it if it is not wanted")
    if len(secret.get_secret_value()) < SHORTEST_KEY:
        raise ValueError(f"it should have at least {SHORTEST_KEY} characters")
    return key(secret)


def token(secret: SecretStr) -> SecretStr:
    """A key as providers of AI give them out."""
    if " " in secret.get_secret_value():
        raise ValueError("there is no space in such a key")
    return key(secret)


def columns(value: object) -> object:
    """`table.column` each, as identifiers that may stand in SQL."""
    names = listed(value)
    if not isinstance(names, tuple) or not all(isinstance(name, str) for name in names):
        return value
    return columns_named(names)


def networks(value: object) -> object:
    """Addresses and networks; `none` for none."""
    names = switches(value)
    if not isinstance(names, tuple) or not all(isinstance(name, str) for name in names):
        return value
    try:
        return networks_named(names)
    except ValueError as error:
        raise ValueError(f"it should be addresses or networks, as 10.0.0.7 or 10.0.0.0/8: {error}") from None


def google_host(text: str) -> str:
    """As given, if a key may go there."""
    try:
        host_of(text)
    except ValueError as error:
        raise ValueError(f"it {error}") from None
    return text


def listens_on(value: object) -> object:
    """`host:port`; a default is a bind already."""
    if not isinstance(value, str):
        return value
    try:
        return bind_of(value)
    except ValueError as error:
        raise ValueError(f"it {error}") from None


def google_features(value: object) -> object:
    """By name, in our order."""
    names = listed(value)
    try:
        return features_named(names) if isinstance(names, tuple) else names
    except ValueError as error:
        raise ValueError(f"it {error}") from None


def model_names(text: object) -> object:
    """`llava` for every provider; `openai=gpt-5.4-mini,ollama=llava` for each its own."""
    if not isinstance(text, str):
        return text
    parts = [part.partition("=") for part in text.split(",") if part.strip()]
    if len(parts) == 1 and not parts[0][1]:
        return dict.fromkeys(MODEL_PROVIDERS, text.strip())
    names = {who.strip(): name.strip() for who, _, name in parts}
    if set(names) - set(MODEL_PROVIDERS) or not all(names.values()) or len(names) < len(parts):
        raise ValueError("it should be one model's name, or provider=name for each of openai, openrouter, ollama")
    return names


def embedding_model(text: object) -> object:
    """A name, or `provider=name`."""
    if not isinstance(text, str):
        return text
    try:
        return model_name(text)
    except ValueError as error:
        raise ValueError(f"it {error}") from None


def once_each(value: object) -> object:
    """A list in its order, nobody twice."""
    named = listed(value)
    return tuple(dict.fromkeys(named)) if isinstance(named, tuple) else named


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


def kept(value: object) -> object:
    """`quarantine=90,originals.event=365`."""
    return retention_of(value) if isinstance(value, str) else value


DatabaseUrl = Annotated[str, AfterValidator(database)]
Words = Annotated[tuple[str, ...], NoDecode, BeforeValidator(listed)]
Origins = Annotated[Words, AfterValidator(origins)]
Key = Annotated[SecretStr, AfterValidator(key)]
LongKey = Annotated[SecretStr, AfterValidator(long_key)]
SigningKeys = Annotated[SecretStr, AfterValidator(signing_keys)]
Features = Annotated[tuple[Feature, ...], NoDecode, BeforeValidator(switches)]
PublicFields = Annotated[tuple[str, ...], NoDecode, BeforeValidator(switches), AfterValidator(publishable)]
Networks = Annotated[tuple[Network, ...], NoDecode, BeforeValidator(networks)]
Columns = Annotated[tuple[Column, ...], NoDecode, BeforeValidator(columns)]
Kept = Annotated[Retention, NoDecode, BeforeValidator(kept)]
Types = Annotated[Words, AfterValidator(readable)]
Url = Annotated[str, BeforeValidator(origin)]
ListensOn = Annotated[Bind, NoDecode, BeforeValidator(listens_on)]
Token = Annotated[SecretStr, AfterValidator(token)]
Asked = Annotated[tuple[Provider, ...] | None, NoDecode, BeforeValidator(once_each)]
ModelNames = Annotated[dict[Provider, str] | None, NoDecode, BeforeValidator(model_names)]
EmbeddingModel = Annotated[ModelName | None, NoDecode, BeforeValidator(embedding_model)]
GoogleEndpoint = Annotated[str, AfterValidator(google_host)]
GoogleFeatures = Annotated[tuple[GoogleFeature, ...], NoDecode, BeforeValidator(google_features)]
