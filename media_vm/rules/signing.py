"""URLs that let their holder see one media until a time (contract §8).

The signature is the HMAC-SHA256, in hex, of `{media_id}.{exp}`; `exp` is a Unix time in seconds. It covers nothing
else, so that a page may choose size, format and ground by itself.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Sequence
from dataclasses import dataclass

from media_vm.rules.asked import parameters

_TIME = re.compile(r"[1-9][0-9]{0,11}")  # one spelling a time


@dataclass(frozen=True, slots=True)
class Admitted:
    """Somebody who may see what not everybody may; expires: the Unix time after which not, None without such."""

    expires: int | None = None


def signature(key: bytes, media_id: int, expires: int) -> str:
    """64 hex digits."""
    return hmac.new(key, f"{media_id}.{expires}".encode(), hashlib.sha256).hexdigest()


def signed_query(key: bytes, media_id: int, expires: int) -> str:
    """What a URL of this media ends in, the question mark included."""
    return f"?exp={expires}&sig={signature(key, media_id, expires)}"


def signed_until(keys: Sequence[bytes], media_id: int, query: str) -> int | None:
    """The Unix time until which any of the keys signed this URL, be it over or not; None if none of them did."""
    named = dict(parameters(query))
    expires = named.get("exp", "")
    if not _TIME.fullmatch(expires):
        return None
    # Bytes, because compare_digest refuses non-ASCII text; every key is tried, so that time tells nothing.
    given = named.get("sig", "").encode()
    matches = [hmac.compare_digest(given, signature(key, media_id, int(expires)).encode()) for key in keys]
    return int(expires) if any(matches) else None
