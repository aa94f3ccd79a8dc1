"""What is made of wrk's last line."""

from __future__ import annotations

import json

import pytest

from bench.comparison import NotMeasured
from bench.load import Asked
from bench.wrk import Load, understood

WHOLE = Asked(3001, "/serve/1?size=grid", (), 200, 50_000)
UNCHANGED = Asked(3001, "/serve/1?size=grid", (), 304, 0)
TOLD = {"answers": 1000, "bytes": 50_600_000, "microseconds": 500_000, "errors": 0, "p99_microseconds": 2500}


def said(**changes: int) -> str:
    """A run's output, whose last line is for us."""
    return f"Running 1s test\n  1000 requests in 0.50s\n\n{json.dumps(TOLD | changes)}\n"


def test_a_load_is_a_rate_and_a_slowest_hundredth() -> None:
    """Answers a second, and milliseconds."""
    assert Load(2000.0, 2.5) == understood(said(), WHOLE)


def test_what_was_on_its_way_at_the_end_is_no_error() -> None:
    """Sixteen answers may have come in part."""
    assert Load(2000.0, 2.5) == understood(said(bytes=50_600_000 + 16 * 50_600), WHOLE)


@pytest.mark.parametrize(
    ("asked", "changes"),
    [
        pytest.param(WHOLE, {"errors": 1}, id="an answer failed"),
        pytest.param(WHOLE, {"answers": 0, "bytes": 0}, id="none came"),
        pytest.param(WHOLE, {"bytes": 600_000}, id="304s for pictures"),
        pytest.param(WHOLE, {"bytes": 80_000_000}, id="another picture"),
        pytest.param(UNCHANGED, {}, id="pictures for 304s"),
    ],
)
def test_wrong_answers_are_no_figure(asked: Asked, changes: dict[str, int]) -> None:
    """wrk itself would count them."""
    with pytest.raises(NotMeasured, match="/serve/1"):
        understood(said(**changes), asked)
