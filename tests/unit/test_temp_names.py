"""What a temp file's name tells, and which paths are never asked for."""

from __future__ import annotations

import pytest

from media_vm.rules.pictures import DataType
from media_vm.rules.temp_names import Guess, data_type_of, is_safe_temp_path


@pytest.mark.parametrize(
    ("image_path", "declared", "expected"),
    [
        ("/temp_images/products/4-logo-7.jpg", "event", DataType.EVENT),
        ("/temp_images/products/4-logo-7.jpg", "sites", DataType.SITES),
        ("/temp_images/products/4-logo-7.jpg", None, DataType.LOGO),
        ("/temp_images/products/4-logo-7.jpg", "unheard-of", DataType.LOGO),
        ("/temp_images/products/4-logo-7.jpg", "LOGO ", DataType.LOGO),
        ("/temp_images/x/456-profile-789.jpg", None, DataType.PROFILE),
        ("/temp_images/x/456-header-789-abc.jpg", None, DataType.PROFILE),
        ("/temp_images/x/456-logo-789.png", None, DataType.LOGO),
        ("/temp_images/x/456-site-789.png", None, DataType.SITES),
        ("/temp_images/x/456-sites-789.png", None, DataType.SITES),
        ("/temp_images/x/456-product-789.png", None, DataType.PRODUCT),
        ("/temp_images/x/456-event-789.png", None, DataType.EVENT),
        ("/temp_images/x/456-EVENT-789.png", None, DataType.EVENT),
        ("/temp_images/products/456-unheard-789.png", None, DataType.PRODUCT),
        ("/temp_images/events/x.png", None, DataType.EVENT),
        ("/temp_images/sites/x.png", None, DataType.SITES),
        ("/temp_images/logos/x.png", None, DataType.LOGO),
        ("/temp_images/Profiles/x.png", None, DataType.PROFILE),
        ("/products/events/x.png", None, DataType.EVENT),
    ],
)
def test_what_a_picture_is_for(image_path: str, declared: str | None, expected: DataType) -> None:
    """A known declared type wins, then the name, then the nearest folder."""
    assert Guess(expected) == data_type_of(image_path, declared)


@pytest.mark.parametrize(
    "image_path", ["/temp_images/x.png", "/temp_images/456-logo.png", "/temp_images/a-logo-7.png", "", "/logos"]
)
def test_what_nothing_tells_is_a_profile(image_path: str) -> None:
    """The default, marked as such so that the history can warn."""
    assert Guess(DataType.PROFILE, is_default=True) == data_type_of(image_path, None)


@pytest.mark.parametrize(
    "image_path",
    [
        "/temp_images/profiles/456-profile-789.jpg",
        "/temp_images/profiles/456-profile-789-a1b2.jpg",
        "/x",
        "/temp_images/my%20photo.jpg",
        "/temp_images/größe.jpg",
        "/temp_images/.hidden.jpg",
        "/temp_images/two..dots.jpg",
        "/temp_images/1:2@3.jpg",
    ],
)
def test_plain_paths_are_asked_for(image_path: str) -> None:
    """Odd names are harmless as long as they stay names."""
    assert is_safe_temp_path(image_path)


@pytest.mark.parametrize(
    "image_path",
    [
        "",
        "temp_images/x.jpg",
        "http://elsewhere.example/x.jpg",
        "file:///etc/passwd",
        "//elsewhere.example/x.jpg",
        "/\\elsewhere.example/x.jpg",
        "\\\\elsewhere.example\\x.jpg",
        "/..",
        "/../x.jpg",
        "/temp_images/../../x.jpg",
        "/temp_images/..",
        "/temp_images/..;/x.jpg",
        "/temp_images/%2e%2e/x.jpg",
        "/temp_images/%2E./x.jpg",
        "/temp_images/%252e%252e/x.jpg",
        "/temp_images%2f..%2fx.jpg",
        "/temp_images%5c..%5cx.jpg",
        "/temp_images/x.jpg?key=1",
        "/temp_images/x.jpg#part",
        "/temp_images/x\0.jpg",
        "/temp_images/x%00.jpg",
        "/temp_images/x%0d%0aHost:.jpg",
        "/temp_images/x%7F.jpg",
        "/temp_images/x\r\nHost: elsewhere.jpg",
        "/temp_images/my photo.jpg",
        "/temp_images/x\t.jpg",
        "/temp_images/x\x7f.jpg",
        "/temp_images/x\x85.jpg",
        "/temp_images/x\ud800.jpg",
    ],
)
def test_hostile_paths_are_refused(image_path: str) -> None:
    """No other host, no way up in any spelling, no query, nothing that a header or a database would choke on."""
    assert not is_safe_temp_path(image_path)
