"""Walking the chunks of a PNG (PNG 3, §5.3), for what libvips does not hand on."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from mmap import mmap
from typing import Final

_SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
_MOST: Final = 10_000  # chunks
_LONGEST: Final = 4_096  # bytes of a chunk that are looked at


def chunks(png: bytes | mmap, wanted: Collection[bytes]) -> Iterator[tuple[bytes, bytes]]:
    """Type and first 4,096 bytes of every chunk of these types, up to IEND or to where the file breaks off."""
    at = len(_SIGNATURE)
    for _ in range(_MOST):
        size, kind = int.from_bytes(png[at : at + 4], "big"), png[at + 4 : at + 8]
        if len(kind) < 4 or kind == b"IEND":
            return
        if kind in wanted:
            yield kind, png[at + 8 : at + 8 + min(size, _LONGEST)]
        at += 12 + size
