"""The daily cap: who may go, and until when the others wait."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from media_vm.rules.budget import Spent, cap_of, day_of, is_spent, may_go, next_day, to_set_aside


@pytest.mark.parametrize(
    ("spent", "most", "expected"),
    [
        (Spent(), 100, True),
        (Spent(), 101, False),
        (Spent(known=60), 40, True),
        (Spent(known=60, reserved=1), 40, False),
        (Spent(known=100), 0, True),
        (Spent(known=100), None, False),
        (Spent(known=10, unknown_calls=4, dearest=20), 10, True),
        (Spent(known=10, unknown_calls=4, dearest=20), 11, False),
        (Spent(known=10, dearest=90), None, True),
        (Spent(known=11, dearest=90), None, False),
        (Spent(unknown_calls=1000), None, True),
    ],
    ids=[
        "all of it",
        "too dear",
        "the rest",
        "under way counts",
        "free",
        "used up",
        "unknown as the dearest",
        "unknown as the dearest, too much",
        "the dearest fits",
        "the dearest does not",
        "nothing is known",
    ],
)
def test_a_call_goes_while_the_cap_holds_what_it_costs_at_most(
    spent: Spent, most: int | None, expected: bool
) -> None:
    """A cap of 100."""
    assert expected is may_go(spent, 100, most)


@pytest.mark.parametrize(
    ("spent", "most", "expected"),
    [
        (Spent(known=60, reserved=40), 40, False),
        (Spent(known=61, reserved=39), 40, True),
        (Spent(known=100), 0, False),
        (Spent(reserved=100, dearest=90), None, False),
    ],
    ids=["others hold it", "it is spent", "free", "unknown, and others hold it"],
)
def test_only_what_is_spent_waits_for_the_next_day(spent: Spent, most: int | None, expected: bool) -> None:
    """What others have set aside may come back."""
    assert expected is is_spent(spent, 100, most)


def test_what_is_set_aside() -> None:
    """What it costs at most; of an unknown price, the day's dearest."""
    assert (5, 9, 0) == (
        to_set_aside(Spent(dearest=9), 5),
        to_set_aside(Spent(dearest=9), None),
        to_set_aside(Spent(), None),
    )


def test_a_cap_is_told_in_dollars() -> None:
    """None is no cap, 0 is one."""
    assert (None, 0, 2_500_000) == (cap_of(None), cap_of(0), cap_of(2.5))


def test_days_are_utc() -> None:
    """Wherever the clock that told the time stands."""
    late = datetime(2026, 11, 21, 1, 30, tzinfo=timezone(timedelta(hours=2)))

    assert datetime(2026, 11, 20, tzinfo=UTC) == day_of(late)
    assert datetime(2026, 11, 21, tzinfo=UTC) == next_day(late)
    assert datetime(2026, 11, 22, tzinfo=UTC) == next_day(datetime(2026, 11, 21, tzinfo=UTC))
