"""Pictures as the running system made them: drawn once, and each copy with a number in it that no other has."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from functools import cache

from media_vm.rules.pictures import DataType, Size
from media_vm.rules.sizes import targets
from tests.pictures import chunk, logo, photo

KINDS = {".jpg": "jpeg", ".webp": "webp", ".avif": "avif", ".png": "png"}
ORIGINAL = (160, 120)  # small, so that a thousand media are decoded in minutes


@cache
def templates(*, is_logo: bool) -> Mapping[tuple[Size, str], bytes]:
    """Each size in each format that the running system made: JPEG, WebP and AVIF; of logos PNG for JPEG."""
    picture = logo(*ORIGINAL) if is_logo else photo(*ORIGINAL)
    suffixes = (".png" if is_logo else ".jpg", ".webp", ".avif")
    sizes = {one.size: (one.width, one.height) for one in targets(*ORIGINAL, DataType.PRODUCT)}
    made = {}
    for size, (width, height) in sizes.items():
        small = picture.thumbnail_image(width, height=height, size="force")
        for suffix in suffixes:
            options = {"effort": 0} if suffix == ".avif" else {}
            made[size, suffix] = small.write_to_buffer(suffix, **options)
    return made


@cache
def original(*, is_logo: bool) -> bytes:
    """What was uploaded."""
    picture = logo(*ORIGINAL) if is_logo else photo(*ORIGINAL)
    drawn: bytes = picture.write_to_buffer(".png" if is_logo else ".jpg")
    return drawn


def numbered(picture: bytes, suffix: str, number: int) -> bytes:
    """The same picture, its bytes like no other's: as a comment, or in a part that decoders step over."""
    told = f"number {number:08}".encode()
    match suffix:
        case ".jpg":
            return picture[:2] + b"\xff\xfe" + struct.pack(">H", len(told) + 2) + told + picture[2:]
        case ".png":
            return picture[:-12] + chunk(b"tEXt", b"Comment\0" + told) + picture[-12:]
        case ".webp":
            extra = b"NUMB" + struct.pack("<I", len(told) + len(told) % 2) + told + b"\0" * (len(told) % 2)
            return picture[:4] + struct.pack("<I", len(picture) - 8 + len(extra)) + picture[8:] + extra
    return picture + struct.pack(">I", len(told) + 8) + b"free" + told
