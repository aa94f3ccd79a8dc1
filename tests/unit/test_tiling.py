"""Where samples are taken from a picture."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import example, given
from hypothesis import strategies as st

from media_vm.rules.tiling import SMALLEST_SIDE, Tile, close_up, tiling, where_seen

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
@example(1032, 48)
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


@given(sides, sides)
def test_a_close_up_leaves_no_gap_but_the_edges(width: int, height: int) -> None:
    """Of all places together every pixel is looked at that is further from the edge than a block."""
    found = close_up(width, height)
    for whole, starts in ((width, {at.left for at in found.tiles}), (height, {at.top for at in found.tiles})):
        ends = [start + found.side - found.margin for start in sorted(starts)]
        assert all(start + found.margin <= end for start, end in zip(sorted(starts)[1:], ends, strict=False))
        assert whole - 16 - found.margin < ends[-1] <= whole


def test_half_of_many_places_are_the_busiest_and_half_are_spread() -> None:
    """Of 1200 × 900 px those at the bottom, which has most; places where nothing is are never looked at."""
    places = close_up(1200, 900)
    busy = [0.0 if at.left < 600 else 0.5 if at.top > 800 else 0.1 for at in places.tiles]
    found = where_seen(places, busy)

    assert 24 == len(found.tiles) == len(set(found.tiles))
    assert 600 <= min(at.left for at in found.tiles)
    assert [at for at in places.tiles if at.left >= 600 and at.top > 800] == [
        at for at in found.tiles if at.top > 800
    ]
    assert 6 < len({at.top for at in found.tiles})
