"""Structured logs: for a person on a terminal, JSON lines for anything else."""

from __future__ import annotations

import logging
from typing import TextIO

import structlog


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


def configure(stream: TextIO) -> None:
    """One line an event, UTC, levels from INFO up; values are JSON-encoded, so that none can forge a line."""
    is_terminal = stream.isatty()
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.dev.ConsoleRenderer() if is_terminal else structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.WriteLoggerFactory(stream),
        cache_logger_on_first_use=True,
    )
    pool = logging.getLogger("sqlalchemy.pool")  # a lost connection is told with its whole stack otherwise
    pool.handlers, pool.propagate = [OneLine()], False
