"""A logo's image to bytes: lossless where that is smaller, so that edges stay as they are.

WebP is lossless unless lossy is smaller; PNG has a palette where the eye sees no difference; AVIF, which is never
lossless here, has full chroma and must beat both.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from media_vm.errors import NoRoom
from media_vm.imaging.arrays import array_of
from media_vm.imaging.codecs import pyvips
from media_vm.imaging.ground import Floats
from media_vm.rules.pictures import Format

Bodies = dict[Format, bytes]

_AVIF_QUALITIES: Final = (72, 88)
_LOSSY_WEBP: Final = {"Q": 88, "smart_subsample": True, "alpha_q": 100}
_STRAY: Final = 99.5, 10.0  # percentile of pixels, and levels of 255 that a lossy one may be off there
_PALETTE_STRAY: Final = 99.9, 3.0
_PALETTE_WORST: Final = 16.0  # levels, anywhere


def logo_bodies(image: pyvips.Image) -> tuple[Bodies, list[Format]]:
    """The formats worth keeping, and those that are not smaller at equal quality. NoRoom if an encoder fails."""
    try:
        png = _png(image)
        flat = pyvips.Image.pngload_buffer(png)  # with a palette where the eye sees no difference
        webp = _webp(image, flat)
        avif = _avif(image, below=min(len(png), len(webp)))
    except pyvips.Error:
        raise NoRoom("encoder_failed", "an encoder failed on a sound logo") from None
    bodies = {Format.PNG: png}
    if len(webp) < len(png):
        bodies[Format.WEBP] = webp
    if avif is not None:
        bodies[Format.AVIF] = avif
    return bodies, [form for form in (Format.AVIF, Format.WEBP) if form not in bodies]


def _png(image: pyvips.Image) -> bytes:
    options = {"compression": 9, "keep": "xmp"}
    bodies = [bytes(image.pngsave_buffer(filter=kind, **options)) for kind in ("none", "all")]
    palette = bytes(image.pngsave_buffer(palette=True, Q=100, dither=0, effort=7, **options))
    if len(palette) < min(map(len, bodies)) and _looks_the_same(image, palette):
        return palette
    return min(bodies, key=len)


def _looks_the_same(image: pyvips.Image, body: bytes) -> bool:
    off = _off(image, pyvips.Image.pngload_buffer(body))
    percentile, levels = _PALETTE_STRAY
    return bool(np.percentile(off, percentile) <= levels and off.max() <= _PALETTE_WORST)


def _webp(image: pyvips.Image, flat: pyvips.Image) -> bytes:
    lossless = bytes(flat.webpsave_buffer(lossless=True, effort=4, keep="xmp"))
    lossy = bytes(image.webpsave_buffer(effort=4, keep="xmp", **_LOSSY_WEBP))
    return lossless if len(lossless) <= len(lossy) or not _is_good(image, lossy) else lossy


def _avif(image: pyvips.Image, below: int) -> bytes | None:
    """The smallest that is good enough; None if it is not smaller than `below` bytes."""
    for quality in _AVIF_QUALITIES:
        body = bytes(
            image.heifsave_buffer(compression="av1", Q=quality, effort=2, subsample_mode="off", keep="xmp")
        )
        if len(body) >= below:
            return None
        if _is_good(image, body):
            return body
    return None


def _is_good(image: pyvips.Image, body: bytes) -> bool:
    percentile, levels = _STRAY
    load = pyvips.Image.webpload_buffer if body[8:12] == b"WEBP" else pyvips.Image.heifload_buffer
    return bool(np.percentile(_off(image, load(body)), percentile) <= levels)


def _off(image: pyvips.Image, other: pyvips.Image) -> Floats:
    """How far each pixel is off in its worst channel, in levels; colours weighed by their alpha."""
    one, two = _weighed(image), _weighed(other)
    off: Floats = np.abs(one - two).max(axis=2)
    return off


def _weighed(image: pyvips.Image) -> Floats:
    full = image.colourspace("srgb") if image.bands < 3 else image
    weighed: Floats = array_of((full.bandjoin(255) if not full.hasalpha() else full).premultiply().cast("float"))
    return weighed
