"""When a provider's next call may begin: evenly spaced, so that no minute ever holds more than it may.

Each call takes the next free moment and moves it on by one interval (a leaky bucket of one). Who comes after a
pause begins at once and leaves no moments saved up behind him.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

# Nobody takes a moment so far off: a row that says so was written by a clock that has been set back since.
_FARTHEST: Final = timedelta(hours=1)
_LONGEST_WAIT: Final = timedelta(minutes=30)
_A_MINUTE: Final = timedelta(minutes=1)


def interval_of(per_minute: int) -> timedelta:
    """Between the beginnings of two calls."""
    return _A_MINUTE / per_minute


def moment(next_free: datetime | None, now: datetime, wait: timedelta) -> datetime | None:
    """When the next call may begin; None: later than `wait` from now. next_free: None: there was none before."""
    if next_free is None or next_free - now > _FARTHEST:
        return now
    begins = max(next_free, now)
    return begins if begins - now <= min(wait, _LONGEST_WAIT) else None
