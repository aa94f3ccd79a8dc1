"""Where a picture's subject is: an owner's word, then Google's boxes, then a model's within reach of saliency,
then saliency."""

from __future__ import annotations

import math

from media_vm.rules.analysis import Focal, FocalSource
from media_vm.rules.findings import Box, Seen, Thing, Told
from media_vm.rules.pictures import FocalPoint

_SURE = 0.5  # the least confidence of a box that is believed
_LARGEST = 0.9  # of the picture: a box that holds nearly all of it says nothing
_SMALLEST = 0.01
_PEOPLE = frozenset({"person", "man", "woman", "boy", "girl", "face", "human face"})
_FRAMES = frozenset({"picture frame", "frame", "painting", "poster", "photograph"})  # the work, not what it shows
_HEAD = 0.2  # of a person's height, from the top: what a crop must not cut off
# A model may be wrong, or be ordered about by text in the picture: it moves the point by a third of the picture at
# most, so that what catches the eye is never left out of a crop by its word alone.
_REACH = 1 / 3
_DIGITS = 4  # the database's FLOAT holds no more than six


def focal(owner: FocalPoint | None, seen: Seen | None, told: Told | None, saliency: FocalPoint) -> Focal | None:
    """The best there is; None: saliency's own."""
    if owner:
        return _at(owner.x, owner.y, FocalSource.OWNER)
    if seen and (found := _by_boxes(seen)):
        return found
    if told and told.focal_point:
        return _within_reach(told.focal_point, saliency)
    return None


def sound_box(box: Box) -> Box | None:
    """The part of it that lies in the picture, to four decimals; None if that is nothing."""
    edges = (box.left, box.top, box.left + box.width, box.top + box.height)
    if not all(math.isfinite(edge) for edge in edges):
        return None
    left, top, right, bottom = (round(min(1.0, max(0.0, edge)), _DIGITS) for edge in edges)
    width, height = round(right - left, _DIGITS), round(bottom - top, _DIGITS)
    return Box(left, top, width, height) if width > 0 and height > 0 else None


def _by_boxes(seen: Seen) -> Focal | None:
    """A person's head, else where Google would crop, else its surest object; of several the largest person, the
    smallest crop."""
    things = [(one, box) for one in seen.objects if one.confidence >= _SURE and (box := _telling(one.box))]
    if people := [box for one, box in things if one.name.casefold() in _PEOPLE]:
        head = max(people, key=_area)
        return _at(head.left + head.width / 2, head.top + head.height * _HEAD, FocalSource.GOOGLE)
    crops = [box for one in seen.crop_hints if one.confidence >= _SURE and (box := _telling(one.box))]
    if crops:
        return _middle(min(crops, key=_area))
    shown = [(one, box) for one, box in things if not _is_frame(one)]
    return _middle(max(shown, key=lambda pair: pair[0].confidence)[1]) if shown else None


def _telling(box: Box | None) -> Box | None:
    """A box that says where something is."""
    sound = sound_box(box) if box else None
    return sound if sound and _SMALLEST <= _area(sound) <= _LARGEST else None


def _is_frame(thing: Thing) -> bool:
    return thing.name.casefold() in _FRAMES


def _area(box: Box) -> float:
    return box.width * box.height


def _middle(box: Box) -> Focal | None:
    return _at(box.left + box.width / 2, box.top + box.height / 2, FocalSource.GOOGLE)


def _within_reach(claimed: FocalPoint, saliency: FocalPoint) -> Focal | None:
    """On the way from saliency to what is claimed, as far as is allowed."""
    away_x, away_y = claimed.x - saliency.x, claimed.y - saliency.y
    apart = math.hypot(away_x, away_y)
    part = min(1.0, _REACH / apart) if apart else 1.0
    return _at(saliency.x + away_x * part, saliency.y + away_y * part, FocalSource.MODEL)


def _at(x: float, y: float, source: FocalSource) -> Focal | None:
    if not (math.isfinite(x) and math.isfinite(y)):
        return None
    return Focal(FocalPoint(_share(x), _share(y)), source)


def _share(number: float) -> float:
    return round(min(1.0, max(0.0, number)), _DIGITS)
