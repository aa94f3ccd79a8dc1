"""Where to look at a picture that is too large to look at all of it."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, sqrt
from typing import Final

SMALLEST_SIDE: Final = 32
"""Pixels; a picture with a shorter side holds no tile."""

_WHOLE: Final = 170_000  # pixels; a picture up to here is tried as it is
_WHOLE_SIDE: Final = 128  # pixels of its tiles, which cover it
_PART_SIDE: Final = 80
_MARGIN: Final = 8  # pixels; as far as chroma is interpolated and edges are smoothed
_PART_TILES: Final = 24  # with fewer some pictures' busiest places are missed (docs/quality.md)
_GRID: Final = 16  # pixels; the largest block that all codecs share is a JPEG's with halved chroma


@dataclass(frozen=True, slots=True)
class Tile:
    """The top left corner of a square, in pixels."""

    left: int
    top: int


@dataclass(frozen=True, slots=True)
class Tiling:
    """Squares of one picture, row by row.

    side: in pixels; margin: how much of it at each edge must not be looked at, for there neighbours that never met
    shine through; across: how many a row; covers: all of the picture.
    """

    side: int
    margin: int
    across: int
    tiles: tuple[Tile, ...]
    covers: bool


def tiling(width: int, height: int) -> Tiling:
    """Overlapping tiles that cover a small picture; of a large one tiles spread evenly, on the blocks' grid.

    width, height: in pixels, none below SMALLEST_SIDE.
    """
    covers = width * height <= _WHOLE
    side = _whole_blocks(min(_WHOLE_SIDE if covers else _PART_SIDE, width, height))
    if covers:
        across, down = ceil(width / side), ceil(height / side)
    else:
        across = max(1, min(round(sqrt(_PART_TILES * width / height)), width // side, _PART_TILES))
        down = max(1, min(_PART_TILES // across, height // side))
    grid = 1 if covers else _GRID
    tops, lefts = _starts(height, side, down, grid), _starts(width, side, across, grid)
    return Tiling(
        side, 0 if covers else _MARGIN, across, tuple(Tile(left, top) for top in tops for left in lefts), covers
    )


def _whole_blocks(side: int) -> int:
    return side // _GRID * _GRID


def _starts(whole: int, side: int, count: int, grid: int) -> list[int]:
    """Where tiles begin: from edge to edge if they overlap, else as far from the edges as from each other."""
    room = whole - count * side
    step = side + room / (max(1, count - 1) if room < 0 else count)
    first = max(0.0, room / count / 2)
    return [int(first + at * step) // grid * grid for at in range(count)]
