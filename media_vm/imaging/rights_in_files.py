"""Rights where libvips does not hand them on: a TIFF's own tags, and the texts of a PNG."""

from __future__ import annotations

import zlib
from mmap import ACCESS_READ, mmap
from pathlib import Path
from typing import Final

from media_vm.imaging.png_chunks import chunks
from media_vm.imaging.rights import Rights, checked
from media_vm.imaging.rights_in_tags import rights_in_tiff

_TEXTS: Final = (b"tEXt", b"zTXt", b"iTXt")
_LONGEST: Final = 4_096  # bytes of an inflated text that are looked at


def rights_in_file(path: Path, source_type: str) -> Rights:
    """From a file whose true type is known; nothing for types that libvips tells all of."""
    if source_type not in {"tiff", "png"}:
        return Rights()
    with path.open("rb") as file, mmap(file.fileno(), 0, access=ACCESS_READ) as body:
        return rights_in_tiff(body) if source_type == "tiff" else rights_in_png(body)


def rights_in_png(body: bytes | mmap) -> Rights:
    """From `Copyright` and `Author` (PNG 3, §11.3.3), in any of the three kinds of text; the first of each."""
    found: dict[bytes, str] = {}
    for kind, data in chunks(body, _TEXTS):
        name, _, rest = data.partition(b"\0")
        if name in {b"Copyright", b"Author"}:
            found.setdefault(name, _text(kind, rest))
    return checked(copyright=found.get(b"Copyright"), creator=found.get(b"Author"))


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
