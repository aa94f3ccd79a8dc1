"""What a file says that it shows: words of whoever made it, in IPTC's fields or their elders. Hostile until
cleaned."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from mmap import ACCESS_READ, mmap
from pathlib import Path
from typing import Final

from media_vm.imaging.codecs import LOADERS
from media_vm.imaging.metadata import has
from media_vm.imaging.png_texts import png_texts
from media_vm.imaging.rights import DC
from media_vm.imaging.source import header
from media_vm.imaging.tag_texts import exif_texts, iptc_texts, tiff_texts
from media_vm.imaging.verdicts import decoding
from media_vm.imaging.xmp import texts_in_xmp
from media_vm.rules.clean_text import clean

_LONGEST: Final = 2_000  # characters; how many are kept is not for a child to say

# IPTC Photo Metadata Standard 2023.1: Alt Text (Accessibility), and Description in XMP, IIM and EXIF.
_IPTC_CORE: Final = "http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/"
_IN_XMP: Final = {f"{_IPTC_CORE} AltTextAccessibility": "alt_text", f"{DC} description": "description"}
_IN_IIM: Final = 120
_IN_EXIF: Final = 0x010E
_IN_PNG: Final = b"Description"

_BLOBS: Final = ("xmp-data", "iptc-data", "exif-data")
_IN_HEIF: Final = {"xmp": "xmp-data", "exif": "exif-data"}


def caption_in(path: Path, source_type: str) -> str | None:
    """Of a file whose true type is known: its alt text, else its caption; one line that nothing in acts.
    GiveUp."""
    found = (*_in_blobs(_blobs(path, source_type)), *_in_file(path, source_type))
    return next(filter(None, (clean(one, _LONGEST) for one in found)), None)


def _in_blobs(blobs: Mapping[str, bytes]) -> Iterator[str]:
    """The one that says it best first; of several languages the first, as XMP wants it."""
    in_xmp = texts_in_xmp(blobs.get("xmp-data", b""), _IN_XMP)
    for name in _IN_XMP.values():
        yield from in_xmp.get(name, [])[:1]
    yield from iptc_texts(blobs.get("iptc-data", b"")).get(_IN_IIM, [])[:1]
    yield from dict(exif_texts(blobs.get("exif-data", b""), {_IN_EXIF})).values()


def _in_file(path: Path, source_type: str) -> Iterator[str]:
    """Where libvips does not look."""
    if source_type not in {"tiff", "png"}:
        return
    with path.open("rb") as file, mmap(file.fileno(), 0, access=ACCESS_READ) as body:
        tags = dict(tiff_texts(body, {_IN_EXIF})) if source_type == "tiff" else png_texts(body, {_IN_PNG})
        yield from tags.values()


def _blobs(path: Path, source_type: str) -> Mapping[str, bytes]:
    if source_type in LOADERS:
        image = header(path, source_type)
        with decoding():
            return {name: bytes(image.get(name)) for name in _BLOBS if has(image, name)}
    if source_type == "heic":
        from media_vm.imaging.heic import heif_metadata

        told = heif_metadata(path)
        return {ours: bytes(told[theirs]) for theirs, ours in _IN_HEIF.items() if told.get(theirs)}
    return {}
