"""Rules of serving: what a URL asks for."""

from __future__ import annotations

import pytest

from media_vm.rules.asked import Asked, UnknownValue, asked_by_url, media_by_path
from media_vm.rules.pictures import Background, Format, Size

AVIF, WEBP, JPEG, PNG = Format
ORIGINAL, REMOVED = Background


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", Asked()),
        ("size=grid", Asked(Size.GRID)),
        ("size=medium", Asked(Size.DETAIL)),
        ("size=large", Asked(Size.ZOOM)),
        ("size=detail?size=thumbnail", Asked(Size.THUMBNAIL)),
        ("size=detail%3Fsize%3Dthumbnail", Asked(Size.THUMBNAIL)),
        ("size=detail%3fsize%3dthumbnail%26format%3dwebp&bg=removed", Asked(Size.THUMBNAIL, WEBP, REMOVED)),
        ("size=detail?size=grid?size=zoom", Asked(Size.ZOOM)),
        ("size=detail?size=thumbnail&size=grid", Asked(Size.GRID)),
        ("v=deadbeef?size=grid", Asked(Size.GRID, version="deadbeef")),
        ("size[]=grid", Asked(Size.GRID)),
        ("size%5B%5D=grid", Asked(Size.GRID)),
        ("size=zoom&size[]=grid", Asked(Size.GRID)),
        ("size=grid&size=zoom", Asked(Size.ZOOM)),
        ("size=nonsense&size=zoom", Asked(Size.ZOOM)),
        ("size=grid&size=", Asked(Size.GRID)),
        ("format=jpg", Asked(format=JPEG)),
        ("format=jpeg", Asked(format=JPEG)),
        ("format=avif&bg=original&v=0123abcd", Asked(Size.DETAIL, AVIF, ORIGINAL, "0123abcd")),
        ("v=0123ABCD", Asked(version="0123abcd")),
        ("utm_source=x&&=&width=9999", Asked()),
        ("ref=https%3A%2F%2Fx%2F%3Fsize%3Dhuge", Asked()),
        ("sizes=grid&Size=zoom", Asked()),
        ("%FF=%FF&%=%&size=grid", Asked(Size.GRID)),
    ],
)
def test_a_query_is_read_as_the_seed_pages_and_proxies_write_it(query: str, expected: Asked) -> None:
    """The last value wins, over a second `?`, encoded or not, and `size[]`; unknown names are ignored."""
    assert asked_by_url("/serve/789", query) == (789, expected)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/serve/1", (1, Asked())),
        ("/api/images/789", (789, Asked())),
        ("/serve/789/grid.avif", (789, Asked(Size.GRID, AVIF, ORIGINAL))),
        ("/serve/789/grid.nobg.png", (789, Asked(Size.GRID, PNG, REMOVED))),
        ("/serve/789/v0123abcd/zoom.jpg", (789, Asked(Size.ZOOM, JPEG, ORIGINAL, "0123abcd"))),
        ("/serve/0", None),
        ("/serve/007", None),
        ("/serve/-1", None),
        ("/serve/٣", None),
        ("/serve/" + "9" * 19, None),
        ("/serve/789/", None),
        ("/serve/789\n", None),
        ("/serve/789/v0123ABCD/zoom.jpg", None),
        ("/serve/789/../secret.png", None),
        ("/api/images/789/grid.avif", None),
    ],
)
def test_a_path_is_a_serving_url_or_none(path: str, expected: tuple[int, Asked] | None) -> None:
    """Ids have one spelling; the path form names size, format and background outright."""
    assert asked_by_url(path, "") == expected


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/serve/789", 789),
        ("/api/images/789", 789),
        ("/serve/789/whatever", 789),
        ("/serve/789/", 789),
        ("/serve/789x", None),
        ("/serve/0", None),
        ("/serve/789\n", None),
        ("/x/serve/789", None),
    ],
)
def test_a_path_is_about_one_media_or_none(path: str, expected: int | None) -> None:
    """Whatever it asks of it."""
    assert media_by_path(path) == expected


def test_the_path_form_ignores_its_query() -> None:
    """A path that says everything is not changed by what a page appends."""
    assert asked_by_url("/serve/789/grid.avif", "size=zoom&format=x") == (
        789,
        Asked(Size.GRID, AVIF, ORIGINAL),
    )


@pytest.mark.parametrize(
    ("path", "query", "parameter", "a_valid_one"),
    [
        ("/serve/789", "size=huge", "size", "thumbnail"),
        ("/serve/789", "size=GRID", "size", "grid"),
        ("/serve/789", "format=gif", "format", "jpg"),
        ("/serve/789", "bg=green", "bg", "removed"),
        ("/serve/789/huge.png", "", "size", "zoom"),
        ("/serve/789/grid.gif", "", "format", "webp"),
    ],
)
def test_an_unknown_value_names_the_valid_ones(path: str, query: str, parameter: str, a_valid_one: str) -> None:
    """A wrong size, format or background is told what it could have been."""
    with pytest.raises(UnknownValue, match=f"^{parameter} must be one of: .*{a_valid_one}") as raised:
        asked_by_url(path, query)
    assert (raised.value.parameter, a_valid_one in raised.value.valid) == (parameter, True)
