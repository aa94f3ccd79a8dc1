"""What the main API's own database is to the user of `replace-urls`, for `media-vm doctor`: it only looks."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Engine, text

from media_vm.adapters.engine import open_engine, place_of
from media_vm.adapters.main_schema import VARIABLE, look_at_tables
from media_vm.adapters.transactions import translated
from media_vm.rules.checkup_main_database import MainDatabaseFacts
from media_vm.rules.replace_rights import beyond, needed
from media_vm.rules.temp_urls import Column


def read_main_database(url: str, columns: Sequence[Column], longest: int) -> MainDatabaseFacts:
    """columns, longest: as of `require_tables`. DatabaseDown; WrongUse: there is no such file."""
    engine = open_engine(url, connections=1)
    try:
        keys, lacking = look_at_tables(engine, columns, longest)
        grants = _grants(engine)
        name = engine.url.database or ""
        more = None if grants is None else tuple(beyond(grants, name, needed(columns, keys)))
        return MainDatabaseFacts(place_of(engine.url), tuple(lacking), more)
    finally:
        engine.dispose()


def _grants(engine: Engine) -> list[str] | None:
    """Of this user, and of the role that it begins with; None where there are no users."""
    if engine.dialect.name == "sqlite":
        return None
    with translated(variable=VARIABLE), engine.connect() as connection:
        return [str(row[0]) for row in connection.execute(text("SHOW GRANTS"))]
