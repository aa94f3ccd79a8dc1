"""What a variant tells that it must not: it may say whose the picture is, and nothing else of its source."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from PIL import Image

_FORBIDDEN: Final = re.compile(
    rb"<\?php|\$_GET|<script|onclick|alert\(|PK\x03\x04|SERIAL-4711|GPSLat|xpacket|Exif\0\0|Photoshop 3\.0"
    rb"|Camera Raw|WGS-84|2008:10:23|COOLPIX P6000|Nikon Transfer|NIKON D3100|iPhone|back camera",
    re.IGNORECASE,
)
"""What made files hold, and the scripts, places and cameras of the given ones."""

_RIGHTS: Final = frozenset({"xmp", "XML:com.adobe.xmp"})
_OF_PIXELS: Final = frozenset(
    {
        *("jfif", "jfif_version", "jfif_unit", "jfif_density", "dpi", "progression", "progressive", "interlace"),
        *("transparency", "loop", "background", "timestamp", "duration"),
    }
)
"""What Pillow tells of a file beside its pixels that gives nobody away."""


def leaks(variant: Path) -> list[str]:
    """A word for each thing that it tells or holds and should not: by grep, and as a second library reads it."""
    body = variant.read_bytes()
    told = _grep(body) + (["bytes behind its end"] if _end(body) != len(body) else [])
    try:
        with Image.open(variant) as image:
            image.load()
            exif, info = image.getexif(), image.info
    except OSError:
        return [*told, "what no second library reads"]
    told += ["EXIF"] if exif else []
    for name, value in info.items():
        told += [] if name in _RIGHTS | _OF_PIXELS else [str(name)]
        text = value if isinstance(value, bytes) else str(value).encode(errors="replace")
        told += _grep(text)  # which the file may hold compressed
    return sorted(set(told))


def _grep(body: bytes) -> list[str]:
    return [match.group().decode("latin-1") for match in _FORBIDDEN.finditer(body)]


def _end(body: bytes) -> int:
    """Where a picture ends by the rules of its own container: JPEG, PNG, WebP or AVIF."""
    if body.startswith(b"\xff\xd8"):
        return body.index(b"\xff\xd9", body.index(b"\xff\xda")) + 2  # in a scan nothing but a marker follows an FF
    if body.startswith(b"\x89PNG"):
        return body.index(b"IEND") + 8  # the name and its checksum
    if body.startswith(b"RIFF"):
        return 8 + int.from_bytes(body[4:8], "little")
    at = 0
    while at < len(body) and (size := int.from_bytes(body[at : at + 4], "big")):
        at += size  # one box after the other
    return at
