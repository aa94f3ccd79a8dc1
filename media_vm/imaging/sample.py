"""The part of a picture that trial encodings are made of, and how a trial is scored."""

from __future__ import annotations

from typing import Final

import numpy as np

from media_vm.imaging.arrays import array_of
from media_vm.imaging.codecs import pyvips
from media_vm.imaging.likeness import Likeness, Tiles
from media_vm.rules.tiling import SMALLEST_SIDE, Tile, Tiling, tiling

_GREY: Final = [128.0] * 3  # what stands behind transparency


class Sample:
    """Tiles of one finished raster, and how a rendering of them compares.

    picture: what a trial encodes; a small raster itself, of a large one its tiles joined.
    """

    def __init__(self, raster: pyvips.Image) -> None:
        """raster: sRGB, 8 bits, 3 or 4 bands, no side below SMALLEST_SIDE."""
        chosen = tiling(raster.width, raster.height)
        self.covers = chosen.covers
        self.picture = raster if chosen.covers else _joined(raster, chosen)
        self._tiles = chosen.tiles if chosen.covers else _side_by_side(chosen)
        self._margin, self._side = chosen.margin, chosen.side - 2 * chosen.margin
        self._reference = Likeness(self._cut(self.picture), min(raster.width, raster.height))

    def score(self, body: bytes) -> float:
        """How much an encoding of `picture` looks like it; SSIMULACRA2's scale."""
        return self._reference.score(self._cut(pyvips.Image.new_from_buffer(body, "")))

    def _cut(self, image: pyvips.Image) -> Tiles:
        opaque = image.flatten(background=_GREY) if image.hasalpha() else image
        inner = array_of(opaque.colourspace("srgb"))[self._margin :, self._margin :]
        side = self._side
        return np.stack([inner[at.top : at.top + side, at.left : at.left + side] for at in self._tiles])


def can_be_sampled(raster: pyvips.Image) -> bool:
    """Whether there is room for one tile; smaller pictures are hardly any bytes."""
    return bool(min(raster.width, raster.height) >= SMALLEST_SIDE)


def _joined(raster: pyvips.Image, chosen: Tiling) -> pyvips.Image:
    cut = [raster.crop(tile.left, tile.top, chosen.side, chosen.side) for tile in chosen.tiles]
    return pyvips.Image.arrayjoin(cut, across=chosen.across).copy_memory()


def _side_by_side(chosen: Tiling) -> tuple[Tile, ...]:
    places = (divmod(number, chosen.across) for number in range(len(chosen.tiles)))
    return tuple(Tile(column * chosen.side, row * chosen.side) for row, column in places)
