"""How an endpoint is asked for JSON: as strictly as it knows, learned once and kept in the process."""

from __future__ import annotations

import threading
from enum import StrEnum


class Rung(StrEnum):
    """The ways to ask, strictest first."""

    JSON_SCHEMA = "json_schema"
    JSON_OBJECT = "json_object"
    PROMPT = "prompt"


_LOWER = {Rung.JSON_SCHEMA: Rung.JSON_OBJECT, Rung.JSON_OBJECT: Rung.PROMPT}


class Ladder:
    """On which rung each endpoint and model stands. Safe to share among threads."""

    def __init__(self) -> None:
        self._rungs: dict[tuple[str, str], Rung] = {}
        self._lock = threading.Lock()

    def rung(self, url: str, model: str) -> Rung:
        """Where to begin: at the top, or where it was learned that the endpoint follows."""
        with self._lock:
            return self._rungs.get((url, model), Rung.JSON_SCHEMA)

    def refused(self, url: str, model: str, rung: Rung) -> Rung | None:
        """The endpoint does not know this rung: the one below, kept from now on; None: there is none.

        Two threads that learn it at once go down one rung, not two.
        """
        if rung not in _LOWER:
            return None
        with self._lock:
            standing = self._rungs.get((url, model), Rung.JSON_SCHEMA)
            lower = standing if _is_below(standing, rung) else _LOWER[rung]
            self._rungs[url, model] = lower
            return lower


def _is_below(one: Rung, other: Rung) -> bool:
    order = list(Rung)
    return order.index(one) > order.index(other)
