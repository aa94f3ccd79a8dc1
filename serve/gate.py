"""Who may see pictures (contract §8): everybody; or who holds a signed URL, or the key of the proxy."""

from __future__ import annotations

import hmac
import time
from collections.abc import Callable

from media_vm.rules.signing import Admitted, signed_query, signed_until
from media_vm.settings import Settings
from serve import problems
from serve.problems import Problem

_HOUR_SECONDS = 3600


class Gate:
    """Open unless `MEDIA_VM_SERVE_SECRETS` or `MEDIA_VM_SERVE_KEY` is set. clock: Unix time in seconds.

    Wrong tries are not counted, as `Guard` counts them: a page of old addresses sends dozens at once, from behind
    a proxy of many; a refusal costs no look-up; what a limit makes slow, the length of the keys makes hopeless.
    """

    def __init__(self, settings: Settings, clock: Callable[[], float] = time.time) -> None:
        self._signing_keys = settings.signing_keys
        key = settings.serve_key
        self._key = key.get_secret_value().encode() if key else None
        self.clock = clock
        self.is_open = not self._signing_keys and self._key is None

    def admit(self, media_id: int, query: str, authorization: str) -> Admitted | None:
        """Whom we let in; None where everybody may. Problem: anybody else."""
        if self.is_open:
            return None
        if self._key is not None and _bears(authorization, self._key):
            return Admitted()
        if not self._signing_keys:
            challenge = {"WWW-Authenticate": "Bearer"}
            raise Problem(problems.UNAUTHORIZED, "Pictures are for the proxy alone.", headers=challenge)
        until = signed_until(self._signing_keys, media_id, query)
        if until is None:
            raise Problem(
                problems.NOT_SIGNED, "`exp` and `sig` are missing, or `sig` is not of this media and `exp`."
            )
        if until <= self.clock():
            raise Problem(problems.NOT_SIGNED, "This URL was signed, but its time, `exp`, is over.")
        return Admitted(until)

    def query(self, media_id: int, admitted: Admitted | None) -> str:
        """What this visitor's URLs of the media must end in: valid for as long as the visitor is, else for one to
        two hours, by the hour, so that caches see the same URLs again."""
        if admitted is None or not self._signing_keys:
            return ""
        by_the_hour = (int(self.clock()) // _HOUR_SECONDS + 2) * _HOUR_SECONDS
        return signed_query(self._signing_keys[0], media_id, admitted.expires or by_the_hour)


def _bears(authorization: str, key: bytes) -> bool:
    """Compared as bytes, as `Guard` does."""
    scheme, _, given = authorization.partition(" ")
    return scheme.lower() == "bearer" and hmac.compare_digest(given.strip().encode("latin-1"), key)
