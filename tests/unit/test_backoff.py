"""How long to wait before the next try."""

from __future__ import annotations

from datetime import timedelta

import pytest

from media_vm.rules.backoff import LONGEST, backoff

HALF_MINUTE = timedelta(seconds=30)


@pytest.mark.parametrize(
    ("tries", "seconds"), [(0, 30), (1, 30), (2, 60), (3, 120), (7, 1920), (8, 3600), (9, 3600), (10_000, 3600)]
)
def test_it_doubles_up_to_an_hour(tries: int, seconds: int) -> None:
    """30 s, 1, 2, 4, … minutes, and never more than an hour."""
    assert timedelta(seconds=seconds) == backoff(HALF_MINUTE, tries, chance=1.0)


@pytest.mark.parametrize(("chance", "seconds"), [(0.0, 15), (0.5, 22.5), (1.0, 30)])
def test_the_jitter_takes_at_most_half(chance: float, seconds: float) -> None:
    """Items that failed together spread out, yet none comes back at once."""
    assert timedelta(seconds=seconds) == backoff(HALF_MINUTE, 1, chance)


@pytest.mark.parametrize(
    "base", [timedelta(microseconds=1), timedelta(seconds=0.2), HALF_MINUTE, timedelta(days=365)]
)
def test_any_base_ends_at_an_hour(base: timedelta) -> None:
    """However short or long the first wait is, later ones are an hour, and no sum overflows."""
    assert LONGEST == backoff(base, 1000, chance=1.0)


def test_a_base_longer_than_an_hour_counts_as_an_hour() -> None:
    """A setting cannot make an item wait longer than the contract allows."""
    assert LONGEST == backoff(timedelta(days=1), 1, chance=1.0)
