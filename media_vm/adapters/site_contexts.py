"""What the main API tells of users' sites, remembered for a while: a site's fifty pictures are one question, and a
main API that does not answer is left alone."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Final

import structlog

from media_vm.errors import StepFailed
from media_vm.rules.failures import Kind
from media_vm.rules.known import SiteTold
from media_vm.rules.outages import AWAY
from media_vm.rules.site_told import site_told

log = structlog.get_logger()

KEPT_SECONDS: Final = 3600.0  # what a page says of itself seldom changes, and every change makes a new question
REST_SECONDS: Final = 60.0  # after a failure
MOST_USERS: Final = 1000  # of 5 kB at most

_NOTHING = SiteTold()


class SiteContexts:
    """Safe to share among threads. ask: the JSON that the main API has of a user, by a request id; StepFailed.
    clock: seconds that only grow."""

    def __init__(self, ask: Callable[[int, str], object], clock: Callable[[], float] = time.monotonic) -> None:
        self._ask = ask
        self._clock = clock
        self._known: OrderedDict[int, tuple[float, SiteTold]] = OrderedDict()
        self._rests_until = float("-inf")
        self._lock = threading.Lock()

    def of(self, user_id: int, asks: Callable[[], str]) -> SiteTold:
        """Never raises: what is not to be had is not known, or as it was. asks: gives the id of a call."""
        now = self._clock()
        with self._lock:
            until, known = self._known.get(user_id, (float("-inf"), _NOTHING))
            if now < max(until, self._rests_until):
                return known
        try:
            told, until = site_told(self._ask(user_id, asks())), now + KEPT_SECONDS
        except StepFailed as failure:
            log.warning("site_context_not_told", user_id=user_id, reason=failure.reason, detail=failure.detail)
            told, until = known, now + REST_SECONDS
            if failure.kind in AWAY or failure.kind is Kind.TIMEOUT:
                self._rests_until = until  # whoever else's is asked for would wait as long
        self._keep(user_id, until, told)
        return told

    def _keep(self, user_id: int, until: float, told: SiteTold) -> None:
        with self._lock:
            self._known[user_id] = until, told
            self._known.move_to_end(user_id)
            if len(self._known) > MOST_USERS:
                self._known.popitem(last=False)
