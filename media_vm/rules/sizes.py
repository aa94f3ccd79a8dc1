"""From a source's upright width and height to the sizes of contract §7: never enlarged, no side of 0 px."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from math import ceil, floor
from typing import Final

from media_vm.rules.pictures import DataType, FocalPoint, Region, Size

BOXES: Final = {
    Size.THUMBNAIL: (300, 300),
    Size.SMALL: (640, 1280),
    Size.GRID: (500, 500),
    Size.DETAIL: (1200, 1200),
    Size.HEADER: (1920, 640),
    Size.ZOOM: (2400, 2400),
}
"""Width and height of each box in pixels (contract §7)."""

ALIASES: Final = {"medium": Size.DETAIL, "large": Size.ZOOM}

_SHAPED: Final = frozenset({Size.THUMBNAIL, Size.HEADER})
_LADDER: Final = (Size.THUMBNAIL, Size.SMALL, Size.GRID, Size.DETAIL, Size.ZOOM)


class Method(StrEnum):
    """How a picture gets into its box."""

    FIT = "fit"
    CROP = "crop"
    PAD = "pad"


@dataclass(frozen=True, slots=True)
class Target:
    """One size to make: resize to `resized`, then crop or pad to `width` × `height`; all in pixels.

    keeps: what a crop must hold, wherever the focal point is; it fits.
    """

    size: Size
    method: Method
    width: int
    height: int
    resized: tuple[int, int]
    keeps: Region | None = None


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle inside a picture, in pixels from its top left corner."""

    left: int
    top: int
    width: int
    height: int


def targets(
    width: int, height: int, data_type: DataType, text_regions: Sequence[Region] = ()
) -> tuple[Target, ...]:
    """What to make of an upright picture of width × height pixels, one target a size.

    text_regions: writing in a site's picture. Its `header` is a crop that holds all of it or, where there is no
    such crop, the whole picture fitted into the box. Its `zoom` needs no rule: what is fitted has its whole width.
    """
    found = tuple(_target(size, width, height, data_type) for size in Size)
    if data_type is not DataType.SITES or not text_regions:
        return found
    text = union(text_regions)
    return tuple(_with_text(one, text, width, height) if one.size is Size.HEADER else one for one in found)


def union(regions: Sequence[Region]) -> Region:
    """The smallest region around all of at least one."""
    return Region(
        min(one.left for one in regions),
        min(one.top for one in regions),
        max(one.right for one in regions),
        max(one.bottom for one in regions),
    )


def decode_size(width: int, height: int, data_type: DataType) -> tuple[int, int]:
    """The smallest width and height to decode to, once, so that no target has to be enlarged from it."""
    resized = [target.resized for target in targets(width, height, data_type)]
    return max(w for w, _ in resized), max(h for _, h in resized)


def crop_box(
    resized: tuple[int, int], width: int, height: int, around: FocalPoint, keeps: Region | None = None
) -> Box:
    """The width × height part of a resized picture, its middle as near the focal point as the edges let.

    keeps: a region no larger than that part, all of which is in it.
    """
    across, down = _spans(keeps, resized) if keeps else (None, None)
    return Box(
        _offset(resized[0], width, around.x, across),
        _offset(resized[1], height, around.y, down),
        width,
        height,
    )


def size_named(text: str) -> Size | None:
    """The size that a URL's word means, an alias included; None if it means none."""
    if text in ALIASES:
        return ALIASES[text]
    return Size(text) if text in set(Size) else None


def fallback_order(size: Size) -> tuple[Size, ...]:
    """What to serve, in this order, when this size is not there (contract §8)."""
    if size is Size.HEADER:
        return tuple(reversed(_LADDER))
    at = _LADDER.index(size)
    return _LADDER[at + 1 :] + tuple(reversed(_LADDER[:at]))


def _target(size: Size, width: int, height: int, data_type: DataType) -> Target:
    box = BOXES[size]
    if size not in _SHAPED:
        fitted = _fit(width, height, box)
        return Target(size, Method.FIT, *fitted, fitted)
    if data_type is DataType.LOGO:
        ground = _scaled(box, min(1.0, max(width, height) / box[0]))
        return Target(size, Method.PAD, *ground, _fit(width, height, ground))
    cropped = _scaled(box, min(1.0, width / box[0], height / box[1]))
    cover = max(cropped[0] / width, cropped[1] / height)
    return Target(size, Method.CROP, *cropped, _scaled((width, height), cover))


def _with_text(header: Target, text: Region, width: int, height: int) -> Target:
    """The crop that holds the text, else the whole picture."""
    across, down = _spans(text, header.resized)
    if across[1] - across[0] <= header.width and down[1] - down[0] <= header.height:
        return replace(header, keeps=text)
    fitted = _fit(width, height, BOXES[header.size])
    return Target(header.size, Method.FIT, *fitted, fitted)


def _spans(region: Region, resized: tuple[int, int]) -> tuple[tuple[int, int], tuple[int, int]]:
    """The first pixel and the one after the last, across and down."""
    width, height = resized
    return (
        (floor(region.left * width), ceil(region.right * width)),
        (floor(region.top * height), ceil(region.bottom * height)),
    )


def _fit(width: int, height: int, box: tuple[int, int]) -> tuple[int, int]:
    return _scaled((width, height), min(1.0, box[0] / width, box[1] / height))


def _scaled(size: tuple[int, int], scale: float) -> tuple[int, int]:
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))


def _offset(whole: int, part: int, centre: float, span: tuple[int, int] | None) -> int:
    start, end = span or (whole, 0)
    return min(max(round(whole * centre - part / 2), end - part, 0), start, whole - part)
