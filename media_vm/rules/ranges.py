"""Which part of a file a client asks for (RFC 9110 §14): one range, or all of it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from media_vm.rules.caching import entity_tag

# So many digits hold the length of any file; more are ignored, as the RFC allows of any range.
_ONE_RANGE = re.compile(r"\s*bytes\s*=\s*([0-9]{0,19})-([0-9]{0,19})\s*", re.IGNORECASE | re.ASCII)


@dataclass(frozen=True, slots=True)
class Part:
    """Bytes of a file from `first` on, `length` of them, at least one."""

    first: int
    length: int

    def content_range(self, whole: int) -> str:
        """The `Content-Range` of this part of `whole` bytes."""
        return f"bytes {self.first}-{self.first + self.length - 1}/{whole}"


class NotSatisfiable(ValueError):
    """No byte of the file is in the range that was asked for."""


def part_asked(range_header: str, if_range: str | None, sha256: str, length: int) -> Part | None:
    """The part that `Range` asks for of a file of `length` bytes; None for the whole. NotSatisfiable.

    Several ranges, other units and malformed ones are ignored. `If-Range` must be this file's very tag: a date, or
    the tag of another version or format, gets the whole file.
    """
    found = _ONE_RANGE.fullmatch(range_header)
    if found is None or (if_range is not None and if_range.strip() != entity_tag(sha256)):
        return None
    first, last = found.groups()
    if first == last == "" or (first and last and int(last) < int(first)):
        return None
    start = int(first) if first else max(0, length - int(last))
    end = min(int(last), length - 1) if first and last else length - 1
    if start > end:
        raise NotSatisfiable
    return Part(start, end - start + 1)
