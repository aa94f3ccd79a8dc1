"""Rights where libvips does not hand them on: a TIFF's own tags, and the texts of a PNG."""

from __future__ import annotations

from mmap import ACCESS_READ, mmap
from pathlib import Path

from media_vm.imaging.png_texts import png_texts
from media_vm.imaging.rights import Rights, checked
from media_vm.imaging.rights_in_tags import rights_in_tiff


def rights_in_file(path: Path, source_type: str) -> Rights:
    """From a file whose true type is known; nothing for types that libvips tells all of."""
    if source_type not in {"tiff", "png"}:
        return Rights()
    with path.open("rb") as file, mmap(file.fileno(), 0, access=ACCESS_READ) as body:
        return rights_in_tiff(body) if source_type == "tiff" else rights_in_png(body)


def rights_in_png(body: bytes | mmap) -> Rights:
    """From `Copyright` and `Author` (PNG 3, §11.3.3); the first of each."""
    found = png_texts(body, {b"Copyright", b"Author"})
    return checked(copyright=found.get(b"Copyright"), creator=found.get(b"Author"))
