"""A look that costs something is not taken each time somebody asks."""

from __future__ import annotations

import threading
from datetime import timedelta

from media_vm.adapters.recently import Recently
from media_vm.testing import MemoryClock

KEEPS, PATIENCE = timedelta(seconds=10), timedelta(seconds=20)


def test_a_look_is_kept_for_a_while() -> None:
    """Then another is taken."""
    clock, looks = MemoryClock(), iter(range(10))
    recently = Recently(lambda: next(looks), KEEPS, PATIENCE, clock.seconds)
    found = [recently.get(), recently.get()]
    clock.advance(KEEPS)

    assert [0, 0, 1] == [*found, recently.get()]


def test_who_asks_does_not_wait_for_a_look_that_hangs() -> None:
    """Nor does a second one begin beside it; when it comes at last it counts."""
    clock, goes_on, begun = MemoryClock(), threading.Event(), []

    def look() -> str:
        begun.append(1)
        goes_on.wait()
        return "found"

    impatient = Recently(look, KEEPS, timedelta(0), clock.seconds)
    late = [impatient.get(), impatient.get()]
    patient = Recently(look, KEEPS, PATIENCE, clock.seconds)
    goes_on.set()

    assert ([None, None], 1) == (late, len(begun))
    assert "found" == patient.get()
