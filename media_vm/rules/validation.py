"""Which bytes are a picture, of what type, and which pictures are too big: decided before any decoder runs.

Magic numbers: the PNG, JPEG (ITU T.81), GIF89a, RIFF/WebP, TIFF 6.0, ISO BMFF (MIAF, AVIF) and JPEG XL
specifications. A declared media type or a file name decides nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from media_vm.rules.pictures import SourceFacts

HEAD_BYTES: Final = 4096
"""How much of a file `sniff` wants to see; an SVG's `<svg` may follow a long comment."""

EXTENSIONS: Final = {
    "jpeg": "jpg",
    "png": "png",
    "webp": "webp",
    "gif": "gif",
    "avif": "avif",
    "heic": "heic",
    "tiff": "tif",
    "bmp": "bmp",
    "svg": "svg",
}
"""The readable types, each with the extension of its stored original."""

READABLE: Final = frozenset(EXTENSIONS)

_MAGIC: Final = (
    (b"\xff\xd8\xff", "jpeg"),
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"GIF87a", "gif"),
    (b"GIF89a", "gif"),
    (b"II*\x00", "tiff"),
    (b"MM\x00*", "tiff"),
    (b"II+\x00\x08\x00", "tiff"),
    (b"MM\x00+\x00\x08", "tiff"),
    (b"\x00\x00\x00\x0cJXL \r\n\x87\n", "jxl"),
    (b"\xff\x0a", "jxl"),
    (b"\x00\x00\x00\x0cjP  \r\n\x87\n", "jp2"),
    (b"%PDF-", "pdf"),
    (b"8BPS\x00\x01", "psd"),
    (b"\x00\x00\x01\x00", "ico"),
    (b"qoif", "qoi"),
    (b"v/1\x01", "exr"),
    (b"#?RADIANCE", "hdr"),
    (b"\x1f\x8b\x08", "gzip"),  # a compressed SVG, most likely
)
_ANIMATED: Final = frozenset({"gif", "webp"})
_HEIC_BRANDS: Final = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"})
_AVIF_BRANDS: Final = frozenset({b"avif", b"avis"})
_XML_STARTS: Final = (b"<svg", b"<?xml", b"<!--", b"<!doctype svg")


@dataclass(frozen=True, slots=True)
class Limits:
    """What a source may cost. bytes: of the file; megapixels: millions of pixels a frame; side: pixels.

    animation_megapixels: of all frames together, for an animation that is to stay one.
    """

    bytes: int = 50_000_000
    megapixels: int = 50
    side: int = 16_384
    frames: int = 200
    animation_megapixels: int = 100


def sniff(head: bytes) -> str | None:
    """The true type of a file from its first `HEAD_BYTES`, e.g. `jpeg` or `svg`; None for no picture."""
    for magic, name in _MAGIC:
        if head.startswith(magic):
            return name
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "webp"
    if head[:2] == b"BM" and head[6:10] == bytes(4):  # two letters alone also begin a text
        return "bmp"
    return _sniff_heif(head) or _sniff_svg(head)


def _sniff_heif(head: bytes) -> str | None:
    if head[4:8] != b"ftyp":
        return None
    end = min(int.from_bytes(head[:4], "big"), len(head))
    brands = {head[8:12], *(head[at : at + 4] for at in range(16, end, 4))}
    if brands & _AVIF_BRANDS:
        return "avif"
    return "heic" if brands & _HEIC_BRANDS else None


def _sniff_svg(head: bytes) -> str | None:
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    return "svg" if text.startswith(_XML_STARTS) and b"<svg" in text and b"<html" not in text else None


def media_type(source_type: str) -> str:
    """The Content-Type of an original of a readable type, e.g. `image/jpeg`."""
    return "image/svg+xml" if source_type == "svg" else f"image/{source_type}"


def stays_animated(facts: SourceFacts, limits: Limits) -> bool:
    """Is this an animation whose `detail` is one too (contract §7)? TIFF's pages are no frames."""
    pixels = facts.width * facts.height * facts.frames
    moves = facts.type in _ANIMATED and facts.frames > 1
    return moves and pixels <= limits.animation_megapixels * 1_000_000


def refusal(facts: SourceFacts, limits: Limits) -> tuple[str, str] | None:
    """Why a picture is too big for us, as a reason code and a sentence; None at or under every limit."""
    if max(facts.width, facts.height) > limits.side:
        longest = max(facts.width, facts.height)
        return "too_wide_or_high", f"{longest} pixels on its longer side; the limit is {limits.side}"
    if facts.width * facts.height > limits.megapixels * 1_000_000:
        size = f"{facts.width}×{facts.height}"
        return "too_many_megapixels", f"{size} pixels; the limit is {limits.megapixels} megapixels"
    if facts.frames > limits.frames:
        return "too_many_frames", f"{facts.frames} frames; the limit is {limits.frames}"
    return None
