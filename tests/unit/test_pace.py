"""When a provider's next call may begin."""

from __future__ import annotations

from datetime import timedelta

from media_vm.rules.pace import interval_of, moment
from media_vm.testing import EPOCH

SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)


def test_calls_are_evenly_spaced() -> None:
    """60 a minute are one a second."""
    assert (SECOND, 4 * SECOND, MINUTE) == (interval_of(60), interval_of(15), interval_of(1))


def test_the_first_begins_at_once() -> None:
    """As does who comes after a pause, and nothing is saved up in it."""
    assert (EPOCH, EPOCH) == (moment(None, EPOCH, SECOND), moment(EPOCH - HOUR, EPOCH, SECOND))


def test_who_would_wait_too_long_has_no_turn() -> None:
    """Exactly as long is not too long."""
    soon = EPOCH + SECOND

    assert (soon, None) == (moment(soon, EPOCH, SECOND), moment(soon, EPOCH, SECOND / 2))


def test_a_moment_of_a_wrong_clock_is_forgotten() -> None:
    """Further off than anybody would wait; what is waited for is never so far off."""
    assert EPOCH == moment(EPOCH + 2 * HOUR, EPOCH, SECOND)
    assert moment(EPOCH + HOUR, EPOCH, 5 * HOUR) is None
