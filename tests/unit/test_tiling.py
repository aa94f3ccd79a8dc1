"""Where samples are taken from a picture."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from media_vm.rules.tiling import SMALLEST_SIDE, Tile, tiling

sides = st.integers(SMALLEST_SIDE, 3000)


def test_a_thumbnail_is_covered_by_overlapping_tiles() -> None:
    """Three by three of 128 px over 300 px, from edge to edge."""
    found = tiling(300, 300)
    assert (128, 3, True) == (found.side, found.across, found.covers)
    assert (Tile(0, 0), Tile(86, 0), Tile(172, 0), Tile(0, 86)) == found.tiles[:4]
    assert Tile(172, 172) == found.tiles[-1]


def test_a_large_picture_is_sampled_on_the_grid_of_blocks() -> None:
    """24 tiles of 80 px at most, in the picture's own shape."""
    found = tiling(1200, 900)
    assert (80, 8, 6, False) == (found.side, found.margin, found.across, found.covers)
    assert 24 == len(found.tiles)
    assert {0} == {side % 16 for tile in found.tiles for side in (tile.left, tile.top)}


def test_a_narrow_strip_has_one_row_of_tiles() -> None:
    """As many as fit."""
    found = tiling(9000, 40)
    assert (32, 24, {0}) == (found.side, found.across, {tile.top for tile in found.tiles})


@given(sides, sides)
def test_every_tile_lies_inside_and_small_pictures_are_covered(width: int, height: int) -> None:
    """Whatever the shape; never more tiles than the work is meant for."""
    found = tiling(width, height)
    assert all(0 <= tile.left <= width - found.side for tile in found.tiles)
    assert all(0 <= tile.top <= height - found.side for tile in found.tiles)
    assert 0 == found.side % 16
    if found.covers:
        lefts = sorted({tile.left for tile in found.tiles})
        assert (0, width - found.side) == (lefts[0], lefts[-1])
        assert all(b - a <= found.side for a, b in pairwise(lefts))
    else:
        assert len(found.tiles) <= 24
        assert len(set(found.tiles)) == len(found.tiles)
