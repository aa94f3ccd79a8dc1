"""The middle, and what all but one in twenty stay below."""

from __future__ import annotations

import pytest

from media_vm.rules.percentiles import middle_and_most, percentile


@pytest.mark.parametrize(
    ("samples", "share", "expected"),
    [([], 0.5, None), ([3.0], 0.95, 3.0), ([4.0, 1.0, 3.0, 2.0], 0.5, 2.0), (list(range(1, 101)), 0.95, 95)],
)
def test_the_nearest_rank_is_taken(samples: list[float], share: float, expected: float | None) -> None:
    """A value that was measured, never one in between; none of nothing."""
    assert expected == percentile(samples, share)


def test_both_are_told_together() -> None:
    """p50 and p95 by name."""
    assert {"p50": 10, "p95": 19} == middle_and_most(list(range(1, 21)))
