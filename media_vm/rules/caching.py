"""How long an answer may be kept, and when a client's copy is still good (contract §8, RFC 9110 §13)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from media_vm.rules.asked import Asked
from media_vm.rules.negotiation import Choice
from media_vm.rules.signing import Admitted

_YEAR_SECONDS = 31_536_000  # the seed's year, and the most that RFC 9111 caches honour
_SHORT_SECONDS = 60
_ENTITY_TAG = re.compile(r'(?:W/)?("[^"]*+")')


@dataclass(frozen=True, slots=True)
class Lifetime:
    """How long an answer may be kept, and whether it is never asked for again meanwhile."""

    seconds: int
    is_immutable: bool = False


SHORT = Lifetime(_SHORT_SECONDS)


def lifetime(choice: Choice, asked: Asked, unversioned_max_age_seconds: int) -> Lifetime:
    """That of a picture, by the table in contract §8.

    `immutable` needs the very format that was asked for: another one may yet be made under that URL.
    """
    variant = choice.variant
    if choice.fallback or asked.version not in (None, variant.hash8):
        return SHORT
    if asked.version is None:
        return Lifetime(unversioned_max_age_seconds)
    return Lifetime(_YEAR_SECONDS, is_immutable=variant.format is asked.format)


def cache_control(keep: Lifetime, admitted: Admitted | None = None, now: float = 0) -> str:
    """The `Cache-Control` of an answer; what is for somebody admitted is no shared cache's, nor kept for longer.

    now: Unix time in seconds.
    """
    seconds = keep.seconds
    if admitted and admitted.expires is not None:
        seconds = min(seconds, max(0, int(admitted.expires - now)))
    who = "private" if admitted else "public"
    return f"{who}, max-age={seconds}" + (", immutable" if keep.is_immutable else "")


def entity_tag(sha256: str) -> str:
    """The strong validator of a file: its SHA-256 in quotes."""
    return f'"{sha256}"'


def is_unchanged(if_none_match: str, sha256: str) -> bool:
    """Does the client hold this file? `*` or any tag of the list, compared weakly (RFC 9110 §13.1.2)."""
    return if_none_match.strip() == "*" or entity_tag(sha256) in _ENTITY_TAG.findall(if_none_match)
