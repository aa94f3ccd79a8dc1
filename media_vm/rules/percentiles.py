"""How long things take: the middle, and what all but one in twenty stay below."""

from __future__ import annotations

from collections.abc import Sequence


def percentile(samples: Sequence[float], share: float) -> float | None:
    """The smallest sample that `share` (0–1) of all do not exceed (nearest rank); None without samples."""
    if not samples:
        return None
    ordered = sorted(samples)
    rank = max(1, -int(-share * len(ordered) // 1))  # rounded up
    return ordered[rank - 1]


def middle_and_most(samples: Sequence[float]) -> dict[str, float | None]:
    """p50 and p95, in the unit of the samples."""
    return {"p50": percentile(samples, 0.5), "p95": percentile(samples, 0.95)}
