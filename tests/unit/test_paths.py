"""Where files live: nothing but ids, enums, digests and ASCII slugs."""

from __future__ import annotations

from datetime import date

import pytest

from media_vm.rules.paths import bulk_path, library_folder, library_name, slug_from, slug_in, slug_of
from media_vm.rules.pictures import Background, DataType, Format, Size

SHA256 = "0123456789abcdef" * 4


@pytest.mark.parametrize(
    ("original_name", "expected"),
    [
        ("my-photo.jpg", "my-photo"),
        ("My Photo (2).JPEG", "my-photo-2"),
        ("no extension", "no-extension"),
        ("two.dots.png", "two-dots"),
        ("Café Zürich.png", "cafe-zurich"),
        ("ﬁne ½ Å.png", "fine-12-a"),
        ("日本語.png", "image"),
        ("日本 2025.png", "2025"),
        ("", "image"),
        (".", "image"),
        ("..", "image"),
        ("...", "image"),
        (".png", "image"),
        ("-_-.png", "image"),
        ("/", "image"),
        ("../../etc/passwd", "passwd"),
        (r"C:\Users\me\Holiday.jpg", "holiday"),
        ("a/b/c.jpg", "c"),
        ("nul\0byte\n.png", "nul-byte"),
        ("lone\ud800surrogate.png", "lonesurrogate"),
        ("a" * 61 + ".png", "a" * 60),
        ("a" * 60 + ".png", "a" * 60),
        ("a" * 59 + " b.png", "a" * 59),
    ],
)
def test_the_slug_of_a_name(original_name: str, expected: str) -> None:
    """At most 60 of a–z, 0–9 and single dashes, with no dash at either end."""
    assert expected == slug_of(original_name)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("Abstract", "Sunset", "Oil"), "abstract-sunset-oil"),
        ((None, "Zwei Bööte", None), "zwei-boote"),
        ((None, None, None), "img-1"),
        (("…", None, ""), "img-1"),
        (
            ("Impressionism", "a harbour at dawn with many fishing boats", "oil on canvas"),
            "impressionism-a-harbour-at-dawn-with-many-fishing-boats-oil",
        ),
    ],
)
def test_the_slug_of_what_is_seen(words: tuple[str | None, ...], expected: str) -> None:
    """By its words, cut between two; by its name where nobody said anything."""
    assert expected == slug_from(words, "IMG 1.jpg")


def test_where_an_original_is_kept() -> None:
    """A folder a day, the id and 16 digits of the hash (contract §6)."""
    assert "bulk/2025-01-15/789-0123456789abcdef.jpg" == bulk_path(date(2025, 1, 15), 789, SHA256, "jpg")


@pytest.mark.parametrize("data_type", list(DataType))
def test_where_variants_are_kept(data_type: DataType) -> None:
    """A folder a user and data type (contract §6)."""
    assert f"library/user_123/{data_type}/img" == library_folder(123, data_type)


@pytest.mark.parametrize(
    ("size", "fmt", "background", "expected"),
    [
        (Size.GRID, Format.AVIF, Background.ORIGINAL, "789-sunset-grid-01234567.avif"),
        (Size.DETAIL, Format.JPEG, Background.ORIGINAL, "789-sunset-detail-01234567.jpg"),
        (Size.THUMBNAIL, Format.PNG, Background.REMOVED, "789-sunset-thumbnail-nobg-01234567.png"),
    ],
)
def test_the_name_of_a_variant(size: Size, fmt: Format, background: Background, expected: str) -> None:
    """It holds its content's hash, so that a variant made again is a new file."""
    assert expected == library_name(789, "sunset", size, fmt, background, SHA256)


@pytest.mark.parametrize("slug", ["image", "a-2-detail", "my-photo-grid-nobg", "9"])
@pytest.mark.parametrize("face", Background)
def test_a_slug_is_found_in_a_variants_name(slug: str, face: Background) -> None:
    """As it was put there, for every size and face."""
    found = {
        slug_in(f"library/{library_name(7, slug, size, Format.AVIF, face, SHA256)}", 7, size) for size in Size
    }
    assert {slug} == found


@pytest.mark.parametrize(
    "path",
    ["", "7-image.jpg", "8-image-grid-01234567.jpg", "07-image-grid-01234567.jpg", "7-image-zoom-01234567.jpg"],
)
def test_another_name_has_no_slug(path: str) -> None:
    """Another media's, another size's, or none of ours."""
    assert slug_in(path, 7, Size.GRID) is None
