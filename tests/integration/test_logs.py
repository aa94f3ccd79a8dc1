"""What libraries log, in our own form."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from media_vm.logs import configure


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    """Where the log goes for one test."""
    pool = logging.getLogger("sqlalchemy.pool")
    before = pool.handlers, pool.propagate
    yield io.StringIO()
    pool.handlers, pool.propagate = before
    structlog.reset_defaults()


def test_the_pools_mishaps_are_one_line(stream: io.StringIO) -> None:
    """SQLAlchemy logs a lost connection with its stack, whose last line may quote values."""
    configure(stream)
    try:
        raise ConnectionResetError("INSERT INTO secrets")
    except ConnectionResetError:
        logging.getLogger("sqlalchemy.pool.impl.QueuePool").exception(
            "Exception during reset or similar\nand more"
        )

    [line] = stream.getvalue().splitlines()
    told = json.loads(line)
    assert ("error", "sqlalchemy.pool.impl.QueuePool") == (told["level"], told["event"])
    assert ("Exception during reset or similar", "ConnectionResetError") == (told["detail"], told["error"])
    assert "secrets" not in line
