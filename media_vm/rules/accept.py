"""Which modern formats a client names in its `Accept` header (RFC 9110 §12.5.1); headers may be hostile."""

from __future__ import annotations

import re

from media_vm.rules.pictures import Format

MODERN = frozenset({Format.AVIF, Format.WEBP})

# Browsers send about 150 bytes. A longer header is refused whole, not cut: a cut could lose a `;q=0`.
_LONGEST = 8192
_SPACES = " \t"  # OWS, and no other white space
# The closing quote is optional so that every quote matches and hostile input stays linear. What stood in quotes
# stays to be seen as such: `image/av"x"if` names nothing.
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*+"?', re.DOTALL)
_MODERN_RANGE = re.compile(
    r"(?:\A|,)[ \t]*+image/(avif|webp)[ \t]*+(?:;([^,]*+))?(?=,|\Z)", re.IGNORECASE | re.ASCII
)
_WEIGHT = re.compile(r"(?:\A|;)[ \t]*+q[ \t]*+=([^;]*+)", re.IGNORECASE | re.ASCII)
_POSITIVE_WEIGHT = re.compile(r"0\.(?!0*$)[0-9]{1,3}|1(?:\.0{0,3})?")  # qvalue of RFC 9110 §12.4.2, above 0


def accepted_formats(accept: str) -> frozenset[Format]:
    """AVIF and WebP where they are named outright with q > 0; `*/*` and `image/*` promise nothing.

    A format that is named twice counts only if no mention refuses it, if with parameters (`image/avif;a=b;q=0`),
    for JPEG is readable by all. One that is named with parameters alone counts, which RFC 9110 leaves open: who
    reads a special AVIF reads a plain one.
    """
    if len(accept) > _LONGEST:
        return frozenset()
    named: set[Format] = set()
    refused: set[Format] = set()
    for name, parameters in _MODERN_RANGE.findall(_QUOTED.sub('""', accept)):
        (named if _is_wanted(parameters) else refused).add(Format(name.lower()))
    return frozenset(named - refused)


def _is_wanted(parameters: str) -> bool:
    """No weight means 1; a malformed one (NaN, 1e9, -1) is no promise."""
    return all(_POSITIVE_WEIGHT.fullmatch(weight.strip(_SPACES)) for weight in _WEIGHT.findall(parameters))
