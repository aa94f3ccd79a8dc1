"""Structured logs: for a person on a terminal, JSON lines for anything else."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable
from typing import Any, TextIO

import structlog

from media_vm.secret_files import secret_texts

REDACTED = "[redacted]"


class OneLine(logging.Handler):
    """What a library logs, as one of our lines. Of an exception its type: its text may quote SQL and values."""

    def emit(self, record: logging.LogRecord) -> None:
        """To structlog."""
        kind = record.exc_info[0] if record.exc_info else None
        structlog.get_logger().log(
            record.levelno,
            record.name,
            detail=record.getMessage().partition("\n")[0],
            error=kind.__name__ if kind else None,
        )


class Redacted:
    """The last processor: whoever quoted a secret, in a value or in an exception's text, no line holds it."""

    def __init__(self, secrets: Iterable[str]) -> None:
        spelt = {way for one in secrets for way in (one, json.dumps(one)[1:-1], repr(one)[1:-1])}
        self._spelt = sorted(spelt, key=len, reverse=True)  # one may be the beginning of another

    def __call__(self, _logger: object, _method: str, rendered: Any) -> str:
        """The line as it is written, which structlog's types do not know for one."""
        line = str(rendered)
        for one in self._spelt:
            line = line.replace(one, REDACTED)
        return line


def configure(stream: TextIO) -> None:
    """One line an event, UTC, levels from INFO up; values are JSON-encoded, so that none can forge a line. The
    environment's secrets are not in it."""
    is_terminal = stream.isatty()
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.dev.ConsoleRenderer() if is_terminal else structlog.processors.JSONRenderer(),
            Redacted(secret_texts()),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.WriteLoggerFactory(stream),
        cache_logger_on_first_use=True,
    )
    pool = logging.getLogger("sqlalchemy.pool")  # a lost connection is told with its whole stack otherwise
    pool.handlers, pool.propagate = [OneLine()], False
