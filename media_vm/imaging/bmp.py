"""BMP by Pillow, for libvips' wheel has no reader for it; no other of Pillow's formats is ever tried."""

from __future__ import annotations

from pathlib import Path

from PIL import Image

from media_vm.imaging.codecs import pyvips
from media_vm.imaging.verdicts import decoding_in_python
from media_vm.rules.pictures import SourceFacts

Image.MAX_IMAGE_PIXELS = None  # our own limits are checked before a pixel is decoded


def bmp_facts(path: Path) -> SourceFacts:
    """From the header alone. GiveUp, NoRoom."""
    with decoding_in_python(), Image.open(path, formats=["BMP"]) as picture:
        return SourceFacts("bmp", picture.width, picture.height, frames=1, has_alpha=picture.mode == "RGBA")


def bmp_pixels(path: Path) -> pyvips.Image:
    """The picture whole, as 8-bit sRGB. GiveUp, NoRoom."""
    with decoding_in_python(), Image.open(path, formats=["BMP"]) as picture:
        mode = "RGBA" if picture.mode == "RGBA" else "RGB"
        body = picture.convert(mode).tobytes()
        image = pyvips.Image.new_from_memory(body, picture.width, picture.height, len(mode), "uchar")
        return image.copy(interpretation="srgb")
