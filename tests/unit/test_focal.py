"""Where a picture's subject is, and who says so."""

from __future__ import annotations

import math

import pytest

from media_vm.rules.analysis import Focal, FocalSource
from media_vm.rules.findings import Box, CropHint, Seen, Thing, Told
from media_vm.rules.focal import focal, sound_box
from media_vm.rules.pictures import FocalPoint
from tests.said import SEEN, TOLD, seen, told

CENTER = FocalPoint(0.5, 0.5)
BOAT = Thing("Boat", 0.8, Box(0.1, 0.2, 0.2, 0.2))
SUN = Thing("Sun", 0.9, Box(0.7, 0.0, 0.2, 0.2))
MAN, CHILD = Thing("Man", 0.6, Box(0.4, 0.5, 0.2, 0.5)), Thing("Person", 0.9, Box(0.0, 0.9, 0.1, 0.1))
FRAME = Thing("Picture frame", 0.99, Box(0.1, 0.1, 0.8, 0.8))
CROP = CropHint(1.0, Box(0.5, 0.0, 0.5, 1.0), 0.9)
WIDE = CropHint(3.0, Box(0.0, 0.1, 1.0, 0.3), 0.7)
WHOLE = CropHint(1.5, Box(0.0, 0.0, 1.0, 1.0), 1.0)


@pytest.mark.parametrize(
    ("google", "expected"),
    [
        (seen(objects=(BOAT, SUN)), (0.8, 0.1)),
        (seen(objects=(BOAT, FRAME)), (0.2, 0.3)),
        (seen(objects=(FRAME,)), None),
        (seen(objects=(SUN, CHILD, MAN), crop_hints=(CROP,)), (0.5, 0.6)),
        (seen(objects=(SUN,), crop_hints=(CROP,)), (0.75, 0.5)),
        (seen(crop_hints=(CROP, WIDE)), (0.5, 0.25)),
        (seen(crop_hints=(WHOLE,)), None),
        (seen(crop_hints=(CropHint(1.0, CROP.box, 0.4),)), None),
        (seen(objects=(Thing("Boat", 0.4, BOAT.box), Thing("Cat", 0.9))), None),
        (seen(objects=(Thing("Boat", 0.9, Box(0.5, 0.5, 0.05, 0.05)),)), None),
        (seen(objects=(Thing("Boat", 0.9, Box(math.nan, 0.5, 0.5, 0.5)),)), None),
        (SEEN, None),
        (None, None),
    ],
)
def test_googles_boxes(google: Seen | None, expected: tuple[float, float] | None) -> None:
    """A person's head, else where it would crop, else its surest object; what is unsure, the whole picture, its
    frame or a speck says nothing."""
    found = focal(None, google, None, CENTER)

    assert expected == (found and (found.point.x, found.point.y))
    assert found is None or found.source is FocalSource.GOOGLE


@pytest.mark.parametrize(
    ("claimed", "expected"),
    [
        ((0.6, 0.4), (0.6, 0.4)),
        ((0.5, 0.5), (0.5, 0.5)),
        ((1.0, 0.5), (0.8333, 0.5)),
        ((0.5, 0.0), (0.5, 0.1667)),
        ((0.0, 0.0), (0.2643, 0.2643)),
        ((math.nan, 0.5), None),
        ((math.inf, 0.5), None),
    ],
)
def test_a_models_point_stays_within_reach_of_saliency(
    claimed: tuple[float, float], expected: tuple[float, float] | None
) -> None:
    """A third of the picture at most: a wrong word must not cut off what catches the eye."""
    found = focal(None, None, told(focal_point=FocalPoint(*claimed)), CENTER)

    assert (Focal(FocalPoint(*expected), FocalSource.MODEL) if expected else None) == found


@pytest.mark.parametrize(
    ("owner", "google", "model", "source"),
    [
        (FocalPoint(0.1, 0.1), seen(objects=(BOAT,)), told(focal_point=CENTER), FocalSource.OWNER),
        (None, seen(objects=(BOAT,)), told(focal_point=CENTER), FocalSource.GOOGLE),
        (None, SEEN, told(focal_point=CENTER), FocalSource.MODEL),
        (None, SEEN, TOLD, None),
    ],
)
def test_who_is_believed(owner: FocalPoint | None, google: Seen, model: Told, source: FocalSource | None) -> None:
    """Owner > Google > model > saliency, which is None here."""
    found = focal(owner, google, model, CENTER)

    assert source == (found and found.source)


@pytest.mark.parametrize(
    ("box", "expected"),
    [
        (Box(0.1, 0.1, 0.2, 0.2), Box(0.1, 0.1, 0.2, 0.2)),
        (Box(-0.1, 0.9, 0.3, 0.5), Box(0.0, 0.9, 0.2, 0.1)),
        (Box(1.2, 0.1, 0.2, 0.2), None),
        (Box(0.1, 0.1, 0.0, 0.2), None),
        (Box(0.5, 0.5, -0.2, 0.2), None),
        (Box(1e308, 0.5, 1e308, 0.2), None),
        (Box(0.1, 0.1, math.inf, 0.2), None),
        (Box(0.1, 0.1, 0.2, math.nan), None),
    ],
)
def test_a_box_is_cut_to_the_picture(box: Box, expected: Box | None) -> None:
    """What lies outside of it, or is nothing, is no box."""
    assert expected == sound_box(box)
