"""How far back a command looks: so many days, or from a day on."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

MOST_DAYS: Final = 36_500


def since_of(text: str, now: datetime) -> datetime | None:
    """`30` is thirty times 24 hours before now, `2026-11-01` the begin of that day in UTC; None: it is neither."""
    if re.fullmatch(r"[0-9]{1,5}", text):
        return now - timedelta(days=int(text)) if int(text) <= MOST_DAYS else None
    if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        try:
            return datetime.combine(date.fromisoformat(text), time(), UTC)
        except ValueError:
            return None
    return None
