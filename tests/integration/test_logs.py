"""What libraries log, in our own form."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from pathlib import Path

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


def test_no_line_holds_a_secret(stream: io.StringIO, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Of the environment or of a file that it names: in a value, within another, or in what an exception says."""
    key = tmp_path / "key"
    key.write_text('main-key-with-"quote\n')
    monkeypatch.setenv("MAIN_API_KEY_FILE", str(key))
    monkeypatch.setenv("MEDIA_VM_SERVE_SECRETS", "signing-new,signing-new-and-old")
    monkeypatch.setenv("DATABASE_URL", "mysql+pymysql://user:pass%2Fword@localhost/oaf_media")
    configure(stream)
    try:
        raise ValueError(b'Bearer main-key-with-"quote')
    except ValueError:
        structlog.get_logger().exception("it_broke", detail={"signed": "signing-new-and-old", "by": "pass/word"})
    structlog.get_logger().info("it_went_on", url="mysql+pymysql://user:pass%2Fword@localhost/oaf_media")

    first, second = (json.loads(line) for line in stream.getvalue().splitlines())
    assert {"signed": "[redacted]", "by": "[redacted]"} == first["detail"]
    assert "Bearer [redacted]" in first["exception"]
    assert "mysql+pymysql://user:[redacted]@localhost/oaf_media" == second["url"]
