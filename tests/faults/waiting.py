"""Waiting for what somebody else brings about: a condition, never a guess at how long it takes."""

from __future__ import annotations

import time
from collections.abc import Callable

PATIENCE_SECONDS = 40.0
LOOK_EVERY_SECONDS = 0.01


def until(condition: Callable[[], object], patience: float = PATIENCE_SECONDS) -> bool:
    """True as soon as the condition holds, False if it did not in time."""
    ends = time.monotonic() + patience
    while not condition():
        if time.monotonic() > ends:
            return False
        time.sleep(LOOK_EVERY_SECONDS)
    return True


def until_none_is_left(left: Callable[[], int], patience: float = PATIENCE_SECONDS) -> bool:
    """True once nothing is left. False if that became no less for so long, or it takes more than half a second for
    each that there was: all may take its time, none may take it again and again."""
    fewest, began = left(), time.monotonic()
    latest, ends = began + patience + fewest / 2, began + patience
    while fewest:
        if time.monotonic() > min(ends, latest):
            return False
        time.sleep(LOOK_EVERY_SECONDS)
        if (now := left()) < fewest:
            fewest, ends = now, time.monotonic() + patience
    return True
