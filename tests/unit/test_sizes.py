"""From a source's dimensions to what is made of it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media_vm.rules.pictures import DataType, FocalPoint, Region, Size
from media_vm.rules.sizes import (
    BOXES,
    Box,
    Method,
    Target,
    crop_box,
    decode_size,
    fallback_order,
    size_named,
    targets,
)

SIDES = st.integers(1, 16_384)


def dimensions(width: int, height: int, data_type: DataType) -> dict[str, tuple[int, int]]:
    """Width and height of every size, by the size's name."""
    return {t.size.value: (t.width, t.height) for t in targets(width, height, data_type)}


@pytest.mark.parametrize(
    ("width", "height", "expected"),
    [
        (
            6000,
            4000,
            {
                "thumbnail": (300, 300),
                "small": (640, 427),
                "grid": (500, 333),
                "detail": (1200, 800),
                "header": (1920, 640),
                "zoom": (2400, 1600),
            },
        ),
        (
            921,
            1349,
            {
                "thumbnail": (300, 300),
                "small": (640, 937),
                "grid": (341, 500),
                "detail": (819, 1200),
                "header": (921, 307),
                "zoom": (921, 1349),
            },
        ),
        (
            100,
            4000,
            {
                "thumbnail": (100, 100),
                "small": (32, 1280),
                "grid": (12, 500),
                "detail": (30, 1200),
                "header": (100, 33),
                "zoom": (60, 2400),
            },
        ),
        (
            16_384,
            1,
            {
                "thumbnail": (1, 1),
                "small": (640, 1),
                "grid": (500, 1),
                "detail": (1200, 1),
                "header": (3, 1),
                "zoom": (2400, 1),
            },
        ),
    ],
)
def test_a_photograph_is_fitted_or_cropped(width: int, height: int, expected: dict[str, tuple[int, int]]) -> None:
    """Each size has the contract's box, a smaller source its own size or the largest crop of that shape."""
    assert expected == dimensions(width, height, DataType.PRODUCT)


@pytest.mark.parametrize(
    ("width", "height", "thumbnail", "header"),
    [
        (3300, 2550, (300, 300), (1920, 640)),
        (506, 600, (300, 300), (600, 200)),
        (153, 55, (153, 153), (153, 51)),
        (1, 1, (1, 1), (1, 1)),
    ],
)
def test_a_logo_stands_whole_on_its_ground(
    width: int, height: int, thumbnail: tuple[int, int], header: tuple[int, int]
) -> None:
    """A logo's square and 3:1 are padded, in a smaller logo as wide as its longer side."""
    made = dimensions(width, height, DataType.LOGO)

    assert (thumbnail, header) == (made["thumbnail"], made["header"])


def test_a_logo_is_never_cropped() -> None:
    """Only fitting and padding happen to a logo."""
    methods = {target.size: target.method for target in targets(800, 200, DataType.LOGO)}

    assert methods == dict.fromkeys(Size, Method.FIT) | {
        Size.THUMBNAIL: Method.PAD,
        Size.HEADER: Method.PAD,
    }


@given(SIDES, SIDES, st.sampled_from(DataType))
def test_nothing_is_enlarged_or_vanishes(width: int, height: int, data_type: DataType) -> None:
    """No target is larger than the source, the one decode or the box; no side is under one pixel."""
    raster = decode_size(width, height, data_type)
    for target in targets(width, height, data_type):
        box = BOXES[target.size]
        assert 1 <= target.resized[0] <= raster[0] <= width
        assert 1 <= target.resized[1] <= raster[1] <= height
        assert 1 <= target.width <= box[0]
        assert 1 <= target.height <= box[1]
        if target.method is Method.CROP:
            assert target.width <= target.resized[0]
            assert target.height <= target.resized[1]
        if target.method is Method.PAD:
            assert target.width >= target.resized[0]
            assert target.height >= target.resized[1]


def test_one_decode_serves_the_widest_crop() -> None:
    """A portrait's header needs 1920 pixels of width, more than its zoom."""
    assert decode_size(3000, 4000, DataType.PRODUCT) == (1920, 2560)


def test_a_crop_keeps_the_whole_side_that_fits() -> None:
    """The header of a portrait is resized to its full width first, then cropped in height only."""
    header = next(t for t in targets(3000, 4000, DataType.PRODUCT) if t.size is Size.HEADER)

    assert header == Target(Size.HEADER, Method.CROP, 1920, 640, (1920, 2560))


@pytest.mark.parametrize(
    ("x", "y", "expected"),
    [
        (0.5, 0.5, Box(350, 0, 300, 300)),
        (0.0, 0.0, Box(0, 0, 300, 300)),
        (1.0, 1.0, Box(700, 0, 300, 300)),
        (0.2, 0.9, Box(50, 0, 300, 300)),
    ],
)
def test_a_crop_follows_the_focal_point_inside_the_edges(x: float, y: float, expected: Box) -> None:
    """The focal point is in the crop's middle unless an edge is nearer."""
    assert expected == crop_box((1000, 300), 300, 300, FocalPoint(x, y))


@given(SIDES, SIDES, st.floats(0, 1), st.floats(0, 1), st.data())
def test_a_crop_never_leaves_the_picture(width: int, height: int, x: float, y: float, data: st.DataObject) -> None:
    """Wherever the focal point is, the whole crop is inside."""
    crop = data.draw(st.integers(1, width)), data.draw(st.integers(1, height))
    box = crop_box((width, height), *crop, FocalPoint(x, y))

    assert 0 <= box.left <= width - box.width
    assert 0 <= box.top <= height - box.height


def header(*text_regions: Region, data_type: DataType = DataType.SITES) -> Target:
    """The header of a picture of 3000 × 2000 pixels, in which a crop is half as high as the picture."""
    made = targets(3000, 2000, data_type, text_regions)
    return next(target for target in made if target.size is Size.HEADER)


@pytest.mark.parametrize(
    ("regions", "keeps", "top"),
    [
        ((), None, 0),
        ((Region(0.2, 0.6, 0.8, 0.7),), Region(0.2, 0.6, 0.8, 0.7), 256),
        ((Region(0.2, 0.3, 0.4, 0.5), Region(0.5, 0.6, 0.9, 0.7)), Region(0.2, 0.3, 0.9, 0.7), 256),
        ((Region(0.2, 0.1, 0.8, 0.2),), Region(0.2, 0.1, 0.8, 0.2), 0),
        ((Region(0, 0.5, 1, 1),), Region(0, 0.5, 1, 1), 640),
    ],
)
def test_a_sites_header_holds_all_writing(regions: tuple[Region, ...], keeps: Region | None, top: int) -> None:
    """Though the subject is at the picture's top: the crop moves no farther than it must."""
    target = header(*regions)
    box = crop_box(target.resized, target.width, target.height, FocalPoint(0.5, 0.1), target.keeps)

    assert (Method.CROP, (1920, 1280), keeps) == (target.method, target.resized, target.keeps)
    assert Box(0, top, 1920, 640) == box


def test_a_sites_header_is_the_whole_picture_where_no_crop_holds_all_writing() -> None:
    """Fitted into the box; without writing, and of any other picture, it stays a crop."""
    tall = Region(0.2, 0.1, 0.3, 0.61)

    assert Target(Size.HEADER, Method.FIT, 960, 640, (960, 640)) == header(tall)
    assert header() == header(tall, data_type=DataType.PRODUCT)


@pytest.mark.parametrize(
    ("width", "height", "zoom"),
    [
        (2400, 2400, (2400, 2400)),
        (6000, 1500, (2400, 600)),
        (1920, 2400, (1920, 2400)),
        (1920, 4000, (1152, 2400)),
    ],
)
def test_a_sites_zoom_has_its_whole_width(width: int, height: int, zoom: tuple[int, int]) -> None:
    """Pixel for pixel within the contract's box; a higher page is made smaller, never cropped."""
    made = {target.size: target for target in targets(width, height, DataType.SITES, [Region(0, 0, 1, 1)])}

    assert Target(Size.ZOOM, Method.FIT, *zoom, zoom) == made[Size.ZOOM]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("detail", Size.DETAIL),
        ("medium", Size.DETAIL),
        ("large", Size.ZOOM),
        ("zoom", Size.ZOOM),
        ("DETAIL", None),
        ("huge", None),
        ("", None),
    ],
)
def test_a_size_is_known_by_its_name_or_alias(text: str, expected: Size | None) -> None:
    """`medium` and `large` are other names; anything else is no size."""
    assert expected is size_named(text)


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        (Size.THUMBNAIL, "small grid detail zoom"),
        (Size.SMALL, "grid detail zoom thumbnail"),
        (Size.GRID, "detail zoom small thumbnail"),
        (Size.DETAIL, "zoom grid small thumbnail"),
        (Size.ZOOM, "detail grid small thumbnail"),
        (Size.HEADER, "zoom detail grid small thumbnail"),
    ],
)
def test_a_missing_size_falls_back_to_larger_then_smaller(size: Size, expected: str) -> None:
    """The next larger ones first, then the smaller; a header has an order of its own."""
    assert expected == " ".join(fallback_order(size))
