"""The width and height that a JPEG file says it has, read without decoding a pixel."""

from __future__ import annotations

from typing import Final

_FRAMES: Final = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}  # SOF0–SOF15; those three are tables (ITU T.81)
_ALONE: Final = frozenset({0x01, *range(0xD0, 0xD9)})  # TEM, RSTn, SOI: markers with nothing behind them
_MOST_MARKERS: Final = 1000


def jpeg_size(picture: bytes) -> tuple[int, int] | None:
    """Width and height in pixels; None: no JPEG, cut before its frame, or a side of 0."""
    if not picture.startswith(b"\xff\xd8\xff"):
        return None
    at = 2
    for _ in range(_MOST_MARKERS):
        while picture[at : at + 2] == b"\xff\xff":  # fill bytes are allowed before a marker
            at += 1
        head = picture[at : at + 9]
        if len(head) < 9 or head[0] != 0xFF:
            return None
        if head[1] in _FRAMES:
            height, width = int.from_bytes(head[5:7], "big"), int.from_bytes(head[7:9], "big")
            return (width, height) if width and height else None
        at += 2 if head[1] in _ALONE else 2 + int.from_bytes(head[2:4], "big")
    return None
