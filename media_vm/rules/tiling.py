"""Where to look at a picture that is too large to look at all of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import ceil, sqrt
from typing import Final

SMALLEST_SIDE: Final = 32
"""Pixels; a picture with a shorter side holds no tile."""

_WHOLE: Final = 170_000  # pixels; a picture up to here is tried as it is
_WHOLE_SIDE: Final = 128  # pixels of its tiles, which cover it
_PART_SIDE: Final = 80
_MARGIN: Final = 8  # pixels; as far as chroma is interpolated and edges are smoothed
_PART_TILES: Final = 24  # with fewer some pictures' busiest places are missed (docs/quality.md)
_ACROSS: Final = 6  # of chosen tiles a row
_ROUNDING: Final = 1e-6  # pixels; the last tile begins where it should, not a hair before
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


def close_up(width: int, height: int) -> Tiling:
    """Every place of a mostly empty picture, row by row: what is looked at of them covers it, but for its edges.

    Small ones, so that a line of text is not averaged with the ground around it. width, height: as of `tiling`.
    """
    usual = tiling(width, height)
    side = min(usual.side, _PART_SIDE - 2 * _MARGIN) if usual.covers else usual.side
    step, grid = side - 2 * usual.margin, 1 if usual.covers else _GRID
    tops, lefts = _places(height, side, step, grid), _places(width, side, step, grid)
    tiles = tuple(Tile(left, top) for top in tops for left in lefts)
    return replace(usual, side=side, across=len(lefts), tiles=tiles)


def where_seen(places: Tiling, busy: Sequence[float]) -> Tiling:
    """Those of the places where something is to be seen; all that a small picture has, of a large one 24 tiles.

    busy: of each place how much there is, 0 for next to nothing; not 0 everywhere. If there are too many, one half
    are the busiest, which suffer first, and one half are spread over the others, which may have other colours.
    """
    seen = [at for at, much in enumerate(busy) if much > 0]
    if len(seen) > _PART_TILES and not places.covers:
        ranked = sorted(seen, key=lambda at: (-busy[at], at))
        busiest, others = ranked[: _PART_TILES // 2], sorted(ranked[_PART_TILES // 2 :])
        count = _PART_TILES - len(busiest)
        seen = sorted([*busiest, *(others[at * len(others) // count] for at in range(count))])
    return replace(places, across=min(_ACROSS, len(seen)), tiles=tuple(places.tiles[at] for at in seen))


def _places(whole: int, side: int, step: int, grid: int) -> list[int]:
    last = (whole - side) // grid * grid
    return [*range(0, last, step), last]


def _whole_blocks(side: int) -> int:
    return side // _GRID * _GRID


def _starts(whole: int, side: int, count: int, grid: int) -> list[int]:
    """Where tiles begin: from edge to edge if they overlap, else as far from the edges as from each other."""
    room = whole - count * side
    step = side + room / (max(1, count - 1) if room < 0 else count)
    first = max(0.0, room / count / 2)
    return [int(first + at * step + _ROUNDING) // grid * grid for at in range(count)]
