"""Colour told by two numbers (ITU-T H.273), not by a profile: `nclx` of AVIF and HEIC, `cICP` of PNG.

libvips 8.18 hands on neither.
"""

from __future__ import annotations

from mmap import ACCESS_READ, mmap
from pathlib import Path
from typing import Final

from media_vm.imaging.png_chunks import chunks

Codes = tuple[int, int]
"""Primaries and transfer."""

_PROFILES: Final[dict[Codes, str]] = {(12, 13): "p3"}
"""libvips' own profile of each: Display P3. What is coded as HDR (transfers 16 and 18) would need tone mapping."""


def coded_profile(path: Path, source_type: str) -> str | None:
    """libvips' name of the profile that a file's codes mean; None: it has none, sRGB's or others. NoRoom."""
    if source_type == "png":
        with path.open("rb") as file, mmap(file.fileno(), 0, access=ACCESS_READ) as body:
            codes = codes_in_png(body)
    elif source_type in {"avif", "heic"}:
        codes = _codes_in_heif(path)
    else:
        return None
    return _PROFILES.get(codes) if codes else None


def codes_in_png(body: bytes | mmap) -> Codes | None:
    """From `cICP`, which comes before the pixels (PNG 3, §11.3.2.6)."""
    kind, data = next(chunks(body, (b"cICP", b"IDAT")), (b"", b""))
    return (data[0], data[1]) if kind == b"cICP" and len(data) == 4 else None


def _codes_in_heif(path: Path) -> Codes | None:
    """Of the primary picture. libheif reads the boxes alone here, so that it need not know how to decode AV1."""
    from media_vm.imaging.heic import heif_metadata

    told = heif_metadata(path).get("nclx_profile")
    return (told["color_primaries"], told["transfer_characteristics"]) if told else None
