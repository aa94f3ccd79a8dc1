"""Rules of the manifest: which variants, under which URLs, and what is told of a picture's content."""

from __future__ import annotations

from dataclasses import replace

import pytest

from media_vm.rules.asked import Asked, asked_by_url, manifest_by_path
from media_vm.rules.manifest import PUBLIC, PUBLISHABLE, path_of
from media_vm.rules.pictures import Background, DataType, Format, Size
from tests.portraits import ANALYSIS, BASE, GRID, MEASURED, body_of, portrait, variant

AVIF, WEBP, JPEG, PNG = Format
ORIGINAL, REMOVED = Background


def test_a_manifest_is_letter_for_letter_the_contracts() -> None:
    """Every member of contract §8, the media id as text."""
    assert {
        "media_id": "789",
        "data_type": "product",
        "width": 1500,
        "height": 750,
        "alt_text": "A harbour",
        "thumbhash": "1QcSHQ",
        "average_color": "#C07A4B",
        "focal_point": {"x": 0.5, "y": 0.3},
        "variants": [
            {
                "size": "grid",
                "format": "avif",
                "type": "image/avif",
                "bg": "original",
                "width": 500,
                "height": 250,
                "bytes": 100,
                "url": "https://media.example/serve/789/v20000500/grid.avif",
            }
        ],
        "srcset": {"avif": "https://media.example/serve/789/v20000500/grid.avif 500w"},
        "analysis": {
            "style": "Impressionism",
            "medium": None,
            "mood_keywords": ["calm"],
            "dominant_colors": ["#FF5733"],
        },
    } == body_of(portrait(GRID))


def test_what_nobody_knows_is_null() -> None:
    """A picture that is not analysed has variants all the same; a row of the seed's has no placeholder."""
    unknown = replace(portrait(GRID), width=None, height=None, analysis=None)
    seeds = replace(ANALYSIS, measured=replace(MEASURED, thumbhash="", average_color=""))
    names = ("width", "height", "alt_text", "thumbhash", "average_color", "focal_point", "analysis")

    assert [None] * 6 + [{}] == [body_of(unknown)[name] for name in names]
    told = body_of(replace(portrait(GRID), analysis=seeds))
    assert (None, None) == (told["thumbhash"], told["average_color"])


@pytest.mark.parametrize(
    ("data_type", "public", "expected"),
    [
        (DataType.PRODUCT, (), {}),
        (DataType.PRODUCT, ("caption", "style"), {"style": "Impressionism", "caption": "secret"}),
        (DataType.PRODUCT, ("brand_colors",), {}),
        (DataType.LOGO, ("brand_colors",), {"brand_colors": ["#FF5733"]}),
        (DataType.LOGO, ("background_removed",), {"background_removed": True}),
    ],
)
def test_only_public_fields_are_told(
    data_type: DataType, public: tuple[str, ...], expected: dict[str, object]
) -> None:
    """As the callback words them; one that this data type has not is left out."""
    removed = variant(Size.GRID, PNG, 500, REMOVED)
    assert expected == body_of(portrait(GRID, removed, data_type=data_type), public)["analysis"]


def test_the_publishable_fields_are_the_callbacks() -> None:
    """All of them, those of logos and sites too; the default is among them."""
    assert {"style", "quality_score", "logo", "background_removed", "site_context", *PUBLIC} <= set(PUBLISHABLE)


def test_a_srcset_has_each_width_of_the_whole_picture_once() -> None:
    """Crops are another picture; of the sizes that a small source gives alike the lightest is taken."""
    media = portrait(
        variant(Size.ZOOM, WEBP, 900),
        variant(Size.SMALL, WEBP, 500, weight=9),
        variant(Size.GRID, WEBP, 500, weight=8),
        variant(Size.THUMBNAIL, WEBP, 300),
        variant(Size.HEADER, WEBP, 901),
        variant(Size.THUMBNAIL, JPEG, 300),
    )
    start = f"{BASE}/serve/789/v"
    expected = f"{start}21000500/grid.webp 500w, {start}51000900/zoom.webp 900w"
    assert {"webp": expected} == body_of(media)["srcset"]


def test_no_still_takes_the_place_of_the_animation() -> None:
    """Of a small animation all sizes are as wide, and its `detail` moves, which makes it the heaviest."""
    stills = [variant(size, WEBP, 400, weight=10) for size in (Size.SMALL, Size.GRID, Size.ZOOM)]
    told = body_of(portrait(*stills, variant(Size.DETAIL, WEBP, 400, weight=99)))
    assert f"{BASE}/serve/789/v31000400/detail.webp 400w" == told["srcset"]["webp"]


@pytest.mark.parametrize(
    ("owner", "is_removed_kept", "expected"),
    [(None, True, ""), (REMOVED, True, ".nobg"), (REMOVED, False, ""), (ORIGINAL, True, "")],
)
def test_a_srcset_shows_the_face_that_a_url_without_bg_shows(
    owner: Background | None, is_removed_kept: bool, expected: str
) -> None:
    """The owner's choice where it is kept, else the original."""
    kept = (GRID, variant(Size.GRID, AVIF, 500, REMOVED)) if is_removed_kept else (GRID,)
    told = body_of(portrait(*kept, data_type=DataType.LOGO, owner=owner))
    assert f"{BASE}/serve/789/v20000500/grid{expected}.avif 500w" == told["srcset"]["avif"]


def test_variants_stand_in_the_contracts_order() -> None:
    """However the database gave them."""
    given = [
        variant(Size.GRID, PNG, 500, REMOVED),
        variant(Size.DETAIL, AVIF, 900),
        variant(Size.GRID, JPEG, 500),
        variant(Size.GRID, AVIF, 500),
    ]
    told = body_of(portrait(*given))["variants"]
    assert [("original", "grid", "avif"), ("original", "grid", "jpeg"), ("original", "detail", "avif")] == [
        (one["bg"], one["size"], one["format"]) for one in told[:3]
    ]
    assert 4 == len(told)


def test_every_url_ends_in_the_query() -> None:
    """A signed manifest has signed URLs, in the srcset too."""
    told = body_of(portrait(GRID), query="?exp=1&sig=2")
    assert "https://media.example/serve/789/v20000500/grid.avif?exp=1&sig=2" == told["variants"][0]["url"]
    assert "https://media.example/serve/789/v20000500/grid.avif?exp=1&sig=2 500w" == told["srcset"]["avif"]


@pytest.mark.parametrize("background", list(Background))
@pytest.mark.parametrize("form", list(Format))
@pytest.mark.parametrize("size", list(Size))
def test_a_variants_path_asks_for_that_variant(size: Size, form: Format, background: Background) -> None:
    """The way there and back."""
    one = variant(size, form, 500, background)
    assert (789, Asked(size, form, background, one.hash8)) == asked_by_url(path_of(789, one), "")


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/serve/789/manifest.json", 789),
        ("/serve/0/manifest.json", None),
        ("/serve/789/manifest.json/", None),
        ("/api/images/789/manifest.json", None),
        ("/serve/789", None),
    ],
)
def test_a_manifest_has_one_path(path: str, expected: int | None) -> None:
    """By the spelling of ids that pictures have."""
    assert expected == manifest_by_path(path)
