"""The small copy of a picture that vision measures."""

from __future__ import annotations

from pathlib import Path

from media_vm.imaging.arrays import array_of
from media_vm.imaging.attention import attention
from media_vm.imaging.source import decode
from media_vm.raster import Raster
from media_vm.rules.pictures import SourceFacts


def small_copy(path: Path, facts: SourceFacts, longest_side: int) -> Raster:
    """Upright sRGB pixels of at most `longest_side` a side. GiveUp, NoRoom."""
    scale = min(1.0, longest_side / max(facts.width, facts.height))
    image = decode(path, facts, max(1, round(facts.width * scale)), max(1, round(facts.height * scale)))
    return Raster(array_of(image), facts.width, facts.height, attention(image))
