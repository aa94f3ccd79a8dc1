"""The texts of a PNG (PNG 3, §11.3.3), in any of their three kinds."""

from __future__ import annotations

import zlib
from collections.abc import Collection
from mmap import mmap
from typing import Final

from media_vm.imaging.png_chunks import chunks

_TEXTS: Final = (b"tEXt", b"zTXt", b"iTXt")
_LONGEST: Final = 4_096  # bytes of an inflated text that are looked at


def png_texts(body: bytes | mmap, wanted: Collection[bytes]) -> dict[bytes, str]:
    """By keyword, the first of each."""
    found: dict[bytes, str] = {}
    for kind, data in chunks(body, _TEXTS):
        name, _, rest = data.partition(b"\0")
        if name in wanted:
            found.setdefault(name, _text(kind, rest))
    return found


def _text(kind: bytes, data: bytes) -> str:
    """Latin-1, perhaps compressed; of `iTXt`, UTF-8 behind a flag, a method, a language and a translated name."""
    if kind == b"tEXt":
        return data.decode("latin-1")
    if kind == b"zTXt":
        return _inflated(data[1:]).decode("latin-1")
    _, _, text = data[2:].partition(b"\0")[2].partition(b"\0")
    return (_inflated(text) if data[:1] == b"\1" else text).decode(errors="replace")


def _inflated(data: bytes) -> bytes:
    try:
        return zlib.decompressobj().decompress(data, _LONGEST)
    except zlib.error:
        return b""
