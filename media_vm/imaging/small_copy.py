"""The small copies of a picture: one that vision measures, one that its providers are sent."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from media_vm.imaging.arrays import array_of
from media_vm.imaging.attention import attention
from media_vm.imaging.codecs import pyvips
from media_vm.imaging.source import decode
from media_vm.raster import Raster
from media_vm.rules.pictures import SourceFacts

LONGEST_SENT: Final = 1024  # pixels
GROUNDS: Final = (255, 119, 0)  # white, as most pages are; the grey that is as far from black in L*; black
_HARDLY_SEEN: Final = 48  # levels of luma between ink and ground


def small_copy(path: Path, facts: SourceFacts, longest_side: int) -> Raster:
    """Upright sRGB pixels of at most `longest_side` a side. GiveUp, NoRoom."""
    scale = min(1.0, longest_side / max(facts.width, facts.height))
    image = decode(path, facts, max(1, round(facts.width * scale)), max(1, round(facts.height * scale)))
    return Raster(array_of(image), facts.width, facts.height, attention(image))


def jpeg_to_send(path: Path, facts: SourceFacts) -> bytes:
    """The pixels alone, at most 1024 a side, on a ground that shows them where they are clear. GiveUp, NoRoom.

    1024 × 768 is what Google asks for to read text; quality 85 is what both providers' own tools send.
    """
    scale = min(1.0, LONGEST_SENT / max(facts.width, facts.height))
    image = decode(path, facts, max(1, round(facts.width * scale)), max(1, round(facts.height * scale)))
    opaque = image.flatten(background=[float(_ground(image))] * 3) if image.hasalpha() else image
    body: bytes = opaque.jpegsave_buffer(Q=85, keep="none", optimize_coding=True)
    return body


def _ground(image: pyvips.Image) -> int:
    """The level on which least of the ink is lost. A white logo on white is a blank page, and paid for."""
    luma, alpha = image.colourspace("b-w")[0], image[image.bands - 1] / 255.0
    lost = [float(((luma - level).abs() < _HARDLY_SEEN).ifthenelse(alpha, 0.0).avg()) for level in GROUNDS]
    return GROUNDS[lost.index(min(lost))]
