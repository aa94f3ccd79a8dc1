"""How long to wait before the next try: exponential, capped, with jitter that comes in as an argument."""

from __future__ import annotations

from datetime import timedelta

LONGEST = timedelta(hours=1)


def backoff(base: timedelta, tries: int, chance: float) -> timedelta:
    """base × 2^(tries-1), at most an hour, times 0.5–1 by `chance` (0–1): "equal jitter", so that many
    items that failed together spread out, yet none comes back at once (AWS Architecture Blog, 2015)."""
    doublings = min(max(tries - 1, 0), 32)  # 2^32 µs are more than an hour
    return min(LONGEST, min(LONGEST, base) * (1 << doublings)) * (0.5 + chance / 2)
