"""How long an answer may be kept, and when a client's copy is still good (contract §8, RFC 9110 §13)."""

from __future__ import annotations

import re

from media_vm.rules.asked import Asked
from media_vm.rules.negotiation import Choice

_YEAR_SECONDS = 31_536_000  # the seed's year, and the most that RFC 9111 caches honour
_SHORT_SECONDS = 60
_ENTITY_TAG = re.compile(r'(?:W/)?("[^"]*+")')


def cache_control(choice: Choice, asked: Asked, unversioned_max_age_seconds: int) -> str:
    """The `Cache-Control` of a picture, by the table in contract §8.

    `immutable` needs the very format that was asked for: another one may yet be made under that URL.
    """
    variant = choice.variant
    if choice.fallback or asked.version not in (None, variant.hash8):
        return f"public, max-age={_SHORT_SECONDS}"
    if asked.version is None:
        return f"public, max-age={unversioned_max_age_seconds}"
    if variant.format is asked.format:
        return f"public, max-age={_YEAR_SECONDS}, immutable"
    return f"public, max-age={_YEAR_SECONDS}"


def entity_tag(sha256: str) -> str:
    """The strong validator of a file: its SHA-256 in quotes."""
    return f'"{sha256}"'


def is_unchanged(if_none_match: str, sha256: str) -> bool:
    """Does the client hold this file? `*` or any tag of the list, compared weakly (RFC 9110 §13.1.2)."""
    return if_none_match.strip() == "*" or entity_tag(sha256) in _ENTITY_TAG.findall(if_none_match)
