"""Temp paths and permanent URLs: what is taken for one, and what is not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media_vm.rules.temp_urls import (
    DEFAULT_COLUMNS,
    LARGEST_ID,
    Column,
    columns_named,
    is_temp_path,
    longest_url,
    media_id_of,
    permanent_url_of,
)

BASE = "https://api.festival.example/api/images"


@pytest.mark.parametrize(
    ("permanent_url", "media_id"),
    [
        ("789", 789),
        (str(LARGEST_ID), LARGEST_ID),
        ("https://media.example/serve/789", 789),
        ("http://127.0.0.1:3001/serve/789", 789),
        ("https://media.example/behind/a/proxy/serve/789", 789),
        ("https://api.example/api/images/789", 789),
        ("https://api.example/api/images/789?size=detail", 789),
        ("https://api.example/api/images/789?", 789),
        ("https://api.example/x/api/images/789?size=detail?size=thumbnail", 789),
    ],
)
def test_the_three_forms_of_a_media_id(permanent_url: str, media_id: int) -> None:
    """Contract §9: digits, …/serve/{id}, …/api/images/{id}[?…]."""
    assert media_id == media_id_of(permanent_url)


@pytest.mark.parametrize(
    "permanent_url",
    [
        "",
        "0",
        "0789",
        "-1",
        "+1",
        " 789",
        "789 ",
        "789\n",
        "٧٨٩",
        str(LARGEST_ID + 1),
        "9" * 400,
        "null",
        "/serve/789",
        "//media.example/serve/789",
        "ftp://media.example/serve/789",
        "javascript:alert(1)//serve/789",
        "https:///serve/789",
        "https://media.example/serve/",
        "https://media.example/serve/789/",
        "https://media.example/serve/789?size=detail",
        "https://media.example/serve/789/v12345678/grid.avif",
        "https://media.example/serve/789#top",
        "https://media.example/api/images/789#top",
        "https://media.example/api/images/789?a=b#top",
        "https://media.example/?next=/serve/789",
        "https://media.example/x?/api/images/789",
        "https://media.example/images/789",
        "https://media.example/serve/789\n",
        "https://media.example/a b/serve/789",
        "https://media.example/größe/serve/789",
        f"https://media.example/serve/{LARGEST_ID + 1}",
        "/temp_images/profiles/456-profile-789.jpg",
    ],
)
def test_any_other_value_names_no_media(permanent_url: str) -> None:
    """It is listed and left."""
    assert media_id_of(permanent_url) is None


@given(st.integers(1, LARGEST_ID))
def test_what_is_written_can_be_read(media_id: int) -> None:
    """A URL that we wrote names the same media, and none is longer than the longest."""
    url = permanent_url_of(BASE, media_id)

    assert f"{BASE}/{media_id}?size=detail" == url
    assert media_id == media_id_of(url)
    assert len(url) <= longest_url(BASE) == len(BASE) + 32


@pytest.mark.parametrize(
    ("path", "is_temp"),
    [
        ("/temp_images/profiles/456-profile-789.jpg", True),
        ("/temp_images/sites/456-site-792-1.webp", True),
        ("/temp_images/x", True),
        ("/temp_images/", False),
        ("/temp_images", False),
        ("/Temp_images/x", False),
        ("temp_images/x", False),
        ("/uploads/temp_images/x", False),
        ("https://api.example/temp_images/x", False),
        ("/temp_images/../secret", False),
        ("/temp_images/%2e%2e/secret", False),
        ("/temp_images/a b.jpg", False),
        ("/temp_images/a.jpg ", False),
        ("/temp_images/a.jpg\n", False),
        ("/temp_images/größe.jpg", False),
        ("/temp_images/a.jpg?x=y", False),
        ("", False),
    ],
)
def test_what_a_temp_path_is(path: str, is_temp: bool) -> None:
    """A plain path below /temp_images/, in ASCII."""
    assert is_temp == is_temp_path(path)


def test_the_five_columns_of_the_contract() -> None:
    """In its order; one that is named twice counts once."""
    assert (
        Column("user_profiles", "profile_image_path"),
        Column("user_profiles", "header_image_path"),
        Column("artist_profiles", "logo_path"),
        Column("promoter_profiles", "logo_path"),
        Column("site_media", "media_path"),
    ) == columns_named([*DEFAULT_COLUMNS, "site_media.media_path"])
    assert "site_media.media_path" == str(columns_named(["site_media.media_path"])[0])


@pytest.mark.parametrize(
    "name",
    [
        "",
        "site_media",
        "site_media.",
        ".media_path",
        "festival.site_media.media_path",
        "site_media.media_path; DROP TABLE users",
        "site`media.media_path",
        "site_media.media_path--",
        "site_media.media path",
        'site_media."x"',
        "site_media.1x",
        "site_mediä.x",
        f"site_media.{'x' * 65}",
        "site_media.media_path\n",
    ],
)
def test_a_name_that_is_no_identifier_is_refused(name: str) -> None:
    """It would stand in SQL."""
    with pytest.raises(ValueError, match=r"each should be table\.column"):
        columns_named([name])


def test_pending_images_is_never_replaced_in() -> None:
    """Its temp paths are what everything else is compared with; nor is an empty list a list."""
    with pytest.raises(ValueError, match="looked up"):
        columns_named(["Pending_Images.image_path"])
    with pytest.raises(ValueError, match="at least one"):
        columns_named([])
