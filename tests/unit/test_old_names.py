"""Names and paths of the system before ours."""

from __future__ import annotations

import pytest

from media_vm.rules.old_names import OldName, read_name, stored_path, why_refused
from media_vm.rules.pictures import Background, Size

ORIGINAL, REMOVED = Background


@pytest.mark.parametrize(
    ("name", "owners", "size", "background", "base"),
    [
        ("123-sunset-oil-grid.avif", (123,), Size.GRID, ORIGINAL, "123-sunset-oil"),
        ("123_thumbnail.webp", (123,), Size.THUMBNAIL, ORIGINAL, "123"),
        ("123_thumb.webp", (123,), Size.THUMBNAIL, ORIGINAL, "123"),
        ("sunset-oil-123-detail.jpg", (123,), Size.DETAIL, ORIGINAL, "sunset-oil-123"),
        ("123-sunset-2024-header.jpg", (123, 2024), Size.HEADER, ORIGINAL, "123-sunset-2024"),
        ("123-x-medium.webp", (123,), Size.DETAIL, ORIGINAL, "123-x"),
        ("123-x-large.webp", (123,), Size.ZOOM, ORIGINAL, "123-x"),
        ("123-detail-of-a-hand-grid.jpg", (123,), Size.GRID, ORIGINAL, "123-detail-of-a-hand"),
        ("123-x-grid-nobg-0a1b2c3d.png", (123,), Size.GRID, REMOVED, "123-x"),
        ("123-x_removed_grid.png", (123,), Size.GRID, REMOVED, "123-x"),
        ("123.jpg", (123,), None, ORIGINAL, "123"),
        ("sunset-zoom.jpg", (), Size.ZOOM, ORIGINAL, "sunset"),
        ("0123-x-grid.jpg", (), Size.GRID, ORIGINAL, "0123-x"),
        ("99999999999999999999-grid.jpg", (), Size.GRID, ORIGINAL, "99999999999999999999"),
        (".jpg", (), None, ORIGINAL, ""),
    ],
)
def test_a_name_tells_whose_it_is(
    name: str, owners: tuple[int, ...], size: Size | None, background: Background, base: str
) -> None:
    """The id at its beginning or the last before the size; the last word that is a size."""
    assert OldName(owners, size, background, base) == read_name(name)


@pytest.mark.parametrize(
    ("told", "path"),
    [
        ("bulk/2025-01-15/a.jpg", "bulk/2025-01-15/a.jpg"),
        ("/var/www/media-backend/storage/bulk/2025-01-15/a.jpg", "bulk/2025-01-15/a.jpg"),
        ("./storage//bulk/a.jpg", "bulk/a.jpg"),
        ("2025-01-15/a.jpg", "bulk/2025-01-15/a.jpg"),
        ("C:\\media\\bulk\\a.jpg", "bulk/a.jpg"),
        ("/etc/passwd", None),
        ("bulk/../../etc/passwd", None),
        ("../a.jpg", None),
        ("bulk", None),
        ("bulk/a\0.jpg", None),
        ("a" * 501, None),
        ("", None),
        (None, None),
    ],
)
def test_a_rows_path_means_one_below_the_storage(told: str | None, path: str | None) -> None:
    """Wherever the system before ours ran; what leads out of it means nothing."""
    assert path == stored_path(told, "bulk")


@pytest.mark.parametrize("name", ["a\nb.jpg", "a\x1b[2J.jpg", "\udcff.jpg", "a" * 501])
def test_a_hostile_name_is_refused(name: str) -> None:
    """None of them may reach a row, a page or a terminal."""
    assert why_refused(name) is not None
    assert why_refused("123-schön-grid.jpg") is None
