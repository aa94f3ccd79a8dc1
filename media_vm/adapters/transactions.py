"""Sessions that either commit whole or leave nothing, and the database's own clock."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

from media_vm.errors import DatabaseDown


@contextmanager
def writing(engine: Engine) -> Iterator[Session]:
    """One transaction that writes. DatabaseDown, with nothing written, if the database does not answer."""
    with _translated(), Session(engine, expire_on_commit=False) as session, session.begin():
        yield session


@contextmanager
def reading(engine: Engine) -> Iterator[Session]:
    """One consistent look that waits for no writer. DatabaseDown."""
    looking = engine.execution_options(reading=True)
    with _translated(), Session(looking, expire_on_commit=False) as session:
        yield session


def database_now(session: Session) -> datetime:
    """The database's time: no two machines' clocks are ever compared (contract §5.2)."""
    if session.get_bind().dialect.name == "sqlite":
        stamp = session.connection().scalar(text("SELECT strftime('%Y-%m-%d %H:%M:%f', 'now')"))
        return datetime.fromisoformat(str(stamp)).replace(tzinfo=UTC)
    stamp = session.connection().scalar(text("SELECT UTC_TIMESTAMP(6)"))
    assert isinstance(stamp, datetime)
    return stamp.replace(tzinfo=UTC)


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except DBAPIError as error:
        if error.connection_invalidated or type(error).__name__ in ("OperationalError", "InterfaceError"):
            # The driver's text may quote SQL and values: the cause keeps it, our own words do not.
            raise DatabaseDown("the database did not answer or was busy for too long") from error
        raise
