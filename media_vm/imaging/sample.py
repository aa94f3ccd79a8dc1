"""The part of a picture that trial encodings are made of, and how a trial is scored."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from media_vm.imaging.codecs import pyvips
from media_vm.imaging.likeness import Likeness, Tiles
from media_vm.imaging.steps import steps
from media_vm.rules.tiling import SMALLEST_SIDE, Tile, Tiling, close_up, tiling, where_seen

_GREY: Final = [128.0] * 3  # what stands behind transparency
_EMPTY: Final = 0.4  # of a mostly empty picture's pixels, at least, equal their neighbours; photographs rarely
_EDGE: Final = 12  # levels between neighbours; a soft shadow has no such step
_APART: Final = 8  # pixels between the points that a ground's colour is read at
_GROUND: Final = 0.25  # of them, at least, have that colour
_NEXT_TO_NONE: Final = 0.005  # of a tile's pixels
_SPARSE: Final = 8  # a tile with so many times fewer edges than the busiest one has next to none as well


class Sample:
    """Tiles of one finished raster, and how a rendering of them compares.

    picture: what a trial encodes; a small raster itself, of a large one its tiles joined. raster: all of it, where
    most is empty: of such a picture encoders may treat the tiles otherwise than the whole; else None.
    """

    def __init__(self, raster: pyvips.Image) -> None:
        """raster: sRGB, 8 bits, 3 or 4 bands, no side below SMALLEST_SIDE."""
        chosen, is_empty = _chosen(raster)
        self.covers = chosen.covers
        self.raster = raster if is_empty else None
        self.picture = raster if chosen.covers else _joined(raster, chosen)
        self._places = chosen.tiles
        self._tiles = chosen.tiles if chosen.covers else _side_by_side(chosen)
        self._margin, self._side = chosen.margin, chosen.side - 2 * chosen.margin
        self._reference = Likeness(self._cut(_pixels(self.picture), self._tiles), min(raster.width, raster.height))
        self._ground = Ground(_pixels(raster)) if is_empty else None

    def score(self, body: bytes) -> float:
        """How much an encoding of `picture` looks like it; SSIMULACRA2's scale."""
        return self._reference.score(self._cut(_decoded(body), self._tiles))

    def score_and_tint(self, body: bytes) -> tuple[float, float]:
        """The same of an encoding of the whole picture, and by how many levels its ground has changed."""
        pixels = _decoded(body)
        return self._reference.score(self._cut(pixels, self._places)), self._ground.tint(
            pixels
        ) if self._ground else 0

    def _cut(self, pixels: Tiles, tiles: Sequence[Tile]) -> Tiles:
        inner, side = pixels[self._margin :, self._margin :], self._side
        return np.stack([inner[at.top : at.top + side, at.left : at.left + side] for at in tiles])


class Ground:
    """The one colour that a quarter of a picture or more has, if there is one."""

    def __init__(self, pixels: Tiles) -> None:
        """pixels: height × width × 3, sRGB."""
        points = pixels[::_APART, ::_APART].reshape(-1, 3)
        colours, counts = np.unique(points, axis=0, return_counts=True)
        colour = colours[counts.argmax()]
        self._colour = colour.astype(np.float64)
        self._is_there = (points == colour).all(axis=1) & (counts.max() >= _GROUND * len(points))

    def tint(self, pixels: Tiles) -> float:
        """By how many levels a rendering has changed it, in the channel that changed most; 0 if there is none."""
        there = pixels[::_APART, ::_APART].reshape(-1, 3)[self._is_there]
        return float(np.abs(there.mean(axis=0) - self._colour).max()) if len(there) else 0.0


def can_be_sampled(raster: pyvips.Image) -> bool:
    """Whether there is room for one tile; smaller pictures are hardly any bytes."""
    return bool(min(raster.width, raster.height) >= SMALLEST_SIDE)


def _chosen(raster: pyvips.Image) -> tuple[Tiling, bool]:
    """Spread evenly; where most of a picture is empty only what is not counts, for an average would hide it.

    And whether most of it is.
    """
    apart: NDArray[np.uint8] = steps(_opaque(raster)).numpy().reshape(raster.height - 1, raster.width - 1)
    if np.count_nonzero(apart == 0) < _EMPTY * apart.size:
        return tiling(raster.width, raster.height), False
    places = close_up(raster.width, raster.height)
    busy = _edges(apart, places)
    return where_seen(places, busy) if any(busy) else tiling(raster.width, raster.height), True


def _edges(apart: NDArray[np.uint8], places: Tiling) -> list[float]:
    """The share of pixels at an edge in what is looked at of each place; 0 for next to none."""
    side, is_edge = places.side - 2 * places.margin, apart > _EDGE
    corners = [(place.top + places.margin, place.left + places.margin) for place in places.tiles]
    shares = [np.count_nonzero(is_edge[top : top + side, left : left + side]) / side**2 for top, left in corners]
    least = max(_NEXT_TO_NONE, max(shares) / _SPARSE)
    return [share if share >= least else 0.0 for share in shares]


def _opaque(image: pyvips.Image) -> pyvips.Image:
    return image.flatten(background=_GREY) if image.hasalpha() else image


def _decoded(body: bytes) -> Tiles:
    return _pixels(pyvips.Image.new_from_buffer(body, ""))


def _pixels(image: pyvips.Image) -> Tiles:
    pixels: Tiles = _opaque(image).colourspace("srgb").numpy()
    return pixels


def _joined(raster: pyvips.Image, chosen: Tiling) -> pyvips.Image:
    cut = [raster.crop(tile.left, tile.top, chosen.side, chosen.side) for tile in chosen.tiles]
    return pyvips.Image.arrayjoin(cut, across=chosen.across).copy_memory()


def _side_by_side(chosen: Tiling) -> tuple[Tile, ...]:
    places = (divmod(number, chosen.across) for number in range(len(chosen.tiles)))
    return tuple(Tile(column * chosen.side, row * chosen.side) for row, column in places)
