"""Texts in EXIF, in a TIFF's own tags and in IPTC-IIM: whatever the bytes are, nothing raises."""

from __future__ import annotations

import struct
from collections.abc import Collection, Iterator
from mmap import mmap
from typing import Final

_ASCII: Final = 2
_MOST_TAGS: Final = 1_000
_LONGEST: Final = 4_096  # bytes of a text that are looked at
_IIM_RESOURCE: Final = 0x0404


def exif_texts(body: bytes, wanted: Collection[int]) -> Iterator[tuple[int, str]]:
    """Tags and texts of the first directory of an EXIF block (CIPA DC-008, §4.6)."""
    return tiff_texts(body.removeprefix(b"Exif\0\0"), wanted)


def tiff_texts(tiff: bytes | mmap, wanted: Collection[int]) -> Iterator[tuple[int, str]]:
    """The same of a whole TIFF (TIFF 6.0, §2 and §8): its tags are those of EXIF."""
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(tiff[:4])
    if order is None or len(tiff) < 8:
        return
    (at,) = struct.unpack_from(f"{order}I", tiff, 4)
    if at + 2 > len(tiff):
        return
    (count,) = struct.unpack_from(f"{order}H", tiff, at)
    for entry in range(at + 2, at + 2 + 12 * min(count, _MOST_TAGS), 12):
        if entry + 12 > len(tiff):
            return
        tag, kind, length, where = struct.unpack_from(f"{order}HHII", tiff, entry)
        if kind == _ASCII and tag in wanted:
            where = entry + 8 if length <= 4 else where
            yield tag, _decoded(tiff[where : where + min(length, _LONGEST)].replace(b"\0", b" "))


def iptc_texts(body: bytes) -> dict[int, list[str]]:
    """By dataset of record 2, from an IIM stream (version 4.2), bare or in Photoshop's wrapping."""
    found: dict[int, list[str]] = {}
    for dataset, text in _datasets(_unwrapped(body)):
        found.setdefault(dataset, []).append(text)
    return found


def _unwrapped(body: bytes) -> bytes:
    """Photoshop's image resources are `8BIM`, id, padded name, length, padded data."""
    resources = body.removeprefix(b"Photoshop 3.0\0")
    if not resources.startswith(b"8BIM"):
        return body
    at = 0
    while resources[at : at + 4] == b"8BIM" and at + 12 <= len(resources):
        (kind,) = struct.unpack_from(">H", resources, at + 4)
        at += 6 + ((resources[at + 6] + 2) & ~1)  # the name's length byte and the name, made even
        size = int.from_bytes(resources[at : at + 4], "big")
        if kind == _IIM_RESOURCE:
            return resources[at + 4 : at + 4 + size]
        at += 4 + size + (size & 1)
    return b""


def _datasets(stream: bytes) -> Iterator[tuple[int, str]]:
    at = 0
    while at + 5 <= len(stream) and stream[at] == 0x1C:
        record, dataset, size = struct.unpack_from(">BBH", stream, at + 1)
        if size & 0x8000:
            return  # an extended dataset: no text is that long
        if record == 2:
            yield dataset, _decoded(stream[at + 5 : at + 5 + size])
        at += 5 + size


def _decoded(text: bytes) -> str:
    """UTF-8, as most write today, else Latin-1, which any bytes are."""
    try:
        return text.decode()
    except UnicodeDecodeError:
        return text.decode("latin-1")
