"""How far back a command looks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from media_vm.rules.since import since_of
from media_vm.testing import EPOCH


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("30", EPOCH - timedelta(days=30)),
        ("0", EPOCH),
        ("2024-02-29", datetime(2024, 2, 29, tzinfo=UTC)),
        ("0001-01-01", datetime(1, 1, 1, tzinfo=UTC)),
    ],
)
def test_days_or_a_day(text: str, expected: datetime) -> None:
    """Days back from now, or the begin of a UTC day."""
    assert expected == since_of(text, EPOCH)


@pytest.mark.parametrize(
    "text", ["", "-1", "1.5", "99999", "123456", "2023-02-29", "2024-2-9", "yesterday", "\u0663", "30\n"]
)
def test_anything_else_is_neither(text: str) -> None:
    """Told to whoever typed it."""
    assert since_of(text, EPOCH) is None
