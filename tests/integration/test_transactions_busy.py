"""A SQLite file that somebody else is writing: waited for, but not for ever."""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping
from pathlib import Path

import pytest
import structlog
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from media_vm.adapters import engine as opening
from media_vm.adapters.transactions import transact
from media_vm.errors import DatabaseDown
from tests.integration.databases import sqlite_engine


def test_a_busy_sqlite_is_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Longer than its own busy timeout; whoever holds the file lets go when the first replay is logged."""
    monkeypatch.setattr(opening, "BUSY_SECONDS", 0.05)
    engine = sqlite_engine(tmp_path)
    holder = engine.connect()
    holder.execute(text("INSERT INTO media_marks VALUES ('a', '2025-01-01', '')"))
    codes = []

    def let_go(_logger: object, _method: str, line: MutableMapping[str, object]) -> Mapping[str, object]:
        codes.append(line["code"])
        holder.commit()
        raise structlog.DropEvent

    structlog.configure(processors=[let_go], cache_logger_on_first_use=False)
    transact(engine, lambda session: session.connection().execute(text("UPDATE media_marks SET note = 'x'")))
    holder.close()

    with engine.connect() as connection:
        assert ([5], "x") == (codes, connection.scalar(text("SELECT note FROM media_marks")))
    engine.dispose()


def test_a_sqlite_that_stays_busy_is_down(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The driver's own words stay in the cause."""
    monkeypatch.setattr(opening, "BUSY_SECONDS", 0.01)
    engine = sqlite_engine(tmp_path)
    holder = engine.connect()
    holder.execute(text("SELECT 1"))

    with pytest.raises(DatabaseDown) as raised:
        transact(engine, lambda session: session.connection())

    assert isinstance(raised.value.__cause__, OperationalError)
    holder.close()
    engine.dispose()
