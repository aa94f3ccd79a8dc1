"""What every test has: logs that go nowhere unless a test asks for them."""

from __future__ import annotations

import pytest
import structlog


@pytest.fixture(autouse=True)
def _quiet_logs() -> None:
    structlog.configure(processors=[_drop], cache_logger_on_first_use=False)


def _drop(*_: object) -> dict[str, object]:
    raise structlog.DropEvent
