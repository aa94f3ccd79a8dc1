"""Ground-coloured regions that ink encloses: see-through, or white ink?

Nothing in the colour tells the counter of an O from white lettering on a badge. What surrounds them does:

- a region with ink standing in it is a plate: taken away, a dark page would show behind dark ink. It stays, and so
  does every ground-coloured region inside such a plate;
- so do all ground-coloured regions within the same ink as a plate: that is a drawing in outline;
- a region much thinner than the ink between it and the ground outside is lettering on a badge. It stays; how much
  thinner it has to be, a model that has seen the logo may tell;
- all others are holes, and become see-through: counters of letters, the inside of a ring.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from media_vm.imaging.arrays import array_of
from media_vm.imaging.codecs import pyvips
from media_vm.imaging.ground import Floats
from media_vm.imaging.regions import OUTSIDE, Mask, Numbers, Regions

_LEAST_AREA: Final = 9  # pixels; less is noise, or a gap that un-mixing sees to
_INK_SHARE: Final = 0.004  # of a plate's area, that ink standing in it has at least
_MOST_REGIONS: Final = 2000  # looked into, the largest first: more than that is texture
_WALL_OF_LETTERING: Final = {None: 2.5, True: 5.0, False: 1.25}
"""Times its own thickness of ink between lettering and the ground outside. A model's word that ground shows
through, or that it does not, doubles or halves it: it decides what is in doubt, and overrules no plain case."""
_LONGEST_SIDE: Final = 600  # pixels of the copy that walls are measured on


def ground_and_kept(
    regions: Regions, distance: Floats, sure: float, *, has_holes: bool | None = None
) -> tuple[Mask, Mask]:
    """The ground that is joined to the picture's edge with the holes; and what has its colour but stays.

    sure: ΔE of what is ink beyond doubt. has_holes: a model's word, if there is one.
    """
    kept = np.zeros(len(regions.area), dtype=bool)
    outside = regions.is_in_mask & regions.touches_edge
    enclosed = np.flatnonzero(regions.is_in_mask & ~regions.touches_edge & (regions.area >= _LEAST_AREA))
    if not len(enclosed) or not outside.any():
        return outside[regions.labels], kept[regions.labels]
    enclosed = enclosed[np.argsort(-regions.area[enclosed], kind="stable")][:_MOST_REGIONS]
    is_plate = _plates(regions, enclosed, distance, sure)
    undecided = enclosed[~is_plate]
    for _ in range(2):  # what JPEG's noise cut off from a hole is part of it: seen once the hole is known
        is_lettering = _lettering(regions, outside, undecided, _WALL_OF_LETTERING[has_holes])
        outside[undecided[~is_lettering]] = True
    kept[enclosed] = ~outside[enclosed]
    return outside[regions.labels], kept[regions.labels]


def _plates(regions: Regions, enclosed: Numbers, distance: Floats, sure: float) -> Mask:
    """Which of the enclosed regions have ink standing in them, or lie inside one that has."""
    ink = ~regions.is_in_mask & ~regions.touches_edge & (regions.area >= _LEAST_AREA)
    strong = np.bincount(regions.labels[distance > sure], minlength=len(regions.area))
    holds_ink = np.zeros(len(regions.area), dtype=bool)
    for one in np.flatnonzero(ink & (strong >= _LEAST_AREA))[:_MOST_REGIONS]:
        around = regions.around(int(one))
        if around != OUTSIDE and strong[one] >= _INK_SHARE * regions.area[around]:
            holds_ink[around] = True
    is_plate = np.array([_is_inside_plate(regions, int(one), holds_ink) for one in enclosed])
    within = np.array([regions.around(int(one)) for one in enclosed])
    drawn: Mask = is_plate | np.isin(within, within[is_plate])
    return drawn


def _is_inside_plate(regions: Regions, region: int, holds_ink: Mask) -> bool:
    while region != OUTSIDE and not regions.touches_edge[region]:
        if holds_ink[region] and regions.is_in_mask[region]:
            return True
        region = regions.around(region)
    return False


def _lettering(regions: Regions, outside: Mask, enclosed: Numbers, least_wall: float) -> Mask:
    """Which of the enclosed regions are much thinner than the wall between them and the ground outside."""
    height, width = regions.labels.shape
    every = max(1, -(-max(height, width) // _LONGEST_SIDE))
    labels = regions.labels[::every, ::every]
    count = len(regions.area)
    from_outside = _distance_from(outside[labels])
    wall = np.full(count, np.inf)
    np.minimum.at(wall, labels.ravel(), from_outside.ravel())
    inside = np.zeros(count, dtype=bool)
    inside[enclosed] = True
    depth = np.zeros(count)
    np.maximum.at(depth, labels.ravel(), _distance_from(~inside[labels]).ravel())
    is_seen = depth[enclosed] > 0
    return is_seen & (wall[enclosed] > least_wall * 2 * depth[enclosed])


def _distance_from(mask: Mask) -> Floats:
    """Of every pixel from the nearest marked one, in pixels; nought if none is marked."""
    if not mask.any():
        return np.zeros(mask.shape, dtype=np.float32)
    _, found = pyvips.Image.new_from_array(mask.astype(np.uint8)).fill_nearest(distance=True)
    return np.asarray(array_of(found["distance"]))
