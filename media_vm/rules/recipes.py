"""What variants are made with, as a short text that is kept beside them: another text, other variants."""

from __future__ import annotations

from typing import Final

from media_vm.rules.pictures import Remover
from media_vm.rules.quality import Aims

GENERATION: Final = 1
"""Of our own ways to make variants: one more whenever they change for the same settings."""

_LONGEST: Final = 64  # the column's width


def recipe_of(aims: Aims, remover: Remover, animation_megapixels: int, encoders: str) -> str:
    """`1 q72 g84 plain a100 vips 8.18.7`. encoders: name and version of what encodes."""
    parts = (GENERATION, f"q{aims.photos:g}", f"g{aims.graphics:g}", remover.value, f"a{animation_megapixels}")
    return f"{' '.join(map(str, parts))} {encoders}"[:_LONGEST]
