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
