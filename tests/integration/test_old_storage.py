"""The storage folder of the system before ours: found by row or name, and nothing hostile touched."""

from __future__ import annotations

import hashlib
import os
from dataclasses import replace
from pathlib import Path

import pytest

from media_vm.adapters.old_storage import OldDisk
from media_vm.adopting_ports import Old, Refused
from media_vm.errors import WrongUse
from media_vm.rules.pictures import Background, Size
from tests.takeover.old_media import OLD

ANOTHERS = "12-another.jpg"
FOLDER = "library/user_4/product/img"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A storage folder with its three areas."""
    for folder in ("bulk/2025-01-15", FOLDER, "thumbnails"):
        (tmp_path / folder).mkdir(parents=True)
    return tmp_path


def put(root: Path, path: str) -> None:
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    (root / path).write_bytes(path.encode())


def disk(root: Path, *neighbours: int) -> OldDisk:
    return OldDisk(root, lambda _, ids: frozenset(ids) & set(neighbours), lambda _, name: name == ANOTHERS)


def paths(root: Path, old: Old = OLD, *neighbours: int) -> tuple[list[str], dict[str, str]]:
    files, refused = disk(root, *neighbours).candidates(old)
    return [one.path for one in files], {one.path: one.why for one in refused}


def test_an_original_is_where_its_row_says(root: Path) -> None:
    """Whatever machine it was on when the row was written."""
    put(root, "bulk/2025-01-15/12-a.jpg")

    assert "bulk/2025-01-15/12-a.jpg" == disk(root).original(OLD)


@pytest.mark.parametrize("bulk_path", ["bulk/1999-01-01/12-a.jpg", "../../12-a.jpg", None])
def test_an_original_elsewhere_is_found_by_its_name(root: Path, bulk_path: str | None) -> None:
    """Or by the id that its name begins with; of several none."""
    put(root, "bulk/2024-12-31/12-a.jpg")
    put(root, "bulk/2024-12-31/120-a.jpg")
    old = replace(OLD, bulk_path=bulk_path)

    assert "bulk/2024-12-31/12-a.jpg" == disk(root).original(old)
    put(root, "bulk/2024-12-30/12-a.jpg")
    assert isinstance(disk(root).original(old), Refused)


def test_an_original_that_is_not_there_is_none(root: Path) -> None:
    """And nothing is read that lies elsewhere."""
    assert disk(root).original(replace(OLD, bulk_path="/etc/passwd")) is None


def test_links_are_refused_by_name(root: Path) -> None:
    """Files and folders alike; the areas themselves may be links to another disk."""
    (root / FOLDER / "12-x-grid.jpg").symlink_to("/etc/passwd")
    os.mkfifo(root / FOLDER / "12-x-zoom.jpg")
    (root / "bulk/2025-01-15/12-a.jpg").symlink_to("/etc/passwd")
    files, refused = paths(root)

    assert [] == files
    assert "it is a link, or lies behind one" == refused[f"{FOLDER}/12-x-grid.jpg"]
    assert "it is no plain file" == refused[f"{FOLDER}/12-x-zoom.jpg"]
    assert isinstance(disk(root).original(OLD), Refused)
    with pytest.raises(OSError, match="symbolic links"):
        disk(root).measure(f"{FOLDER}/12-x-grid.jpg")


def test_a_folder_behind_a_link_is_refused_and_an_area_is_not(root: Path, tmp_path: Path) -> None:
    """`library` on another disk is usual; a user's folder that leads out of it is not."""
    elsewhere = tmp_path / "elsewhere"
    (root / "library").rename(elsewhere)
    (root / "library").symlink_to(elsewhere)
    put(root, f"{FOLDER}/12-x-grid.jpg")
    whole = paths(root)
    (elsewhere / "user_4").rename(tmp_path / "user_4")
    (elsewhere / "user_4").symlink_to(tmp_path / "user_4")

    assert ([f"{FOLDER}/12-x-grid.jpg"], {}) == whole
    assert ([], {f"{FOLDER}/12-x-grid.jpg": "it is a link, or lies behind one"}) == paths(root)


def test_names_of_every_hand_are_read(root: Path) -> None:
    """Its own files alone; legacy thumbnails need name no size."""
    for name in ("12-x-grid.jpg", "x_12_zoom.webp", "120-x-grid.jpg", "x-grid.jpg", "12-x.jpg"):
        put(root, f"{FOLDER}/{name}")
    put(root, "thumbnails/2025/12.webp")
    files, refused = disk(root).candidates(OLD)

    assert [
        (f"{FOLDER}/12-x-grid.jpg", Size.GRID),
        (f"{FOLDER}/x_12_zoom.webp", Size.ZOOM),
        ("thumbnails/2025/12.webp", Size.THUMBNAIL),
    ] == [(one.path, one.size) for one in files]
    assert {f"{FOLDER}/12-x.jpg": "its name tells no size"} == {one.path: one.why for one in refused}
    assert {Background.ORIGINAL} == {one.background for one in files}


def test_a_name_that_may_be_anothers_is_refused(root: Path) -> None:
    """Only where there is such another: most numbers in a name are years."""
    put(root, path := f"{FOLDER}/12-summer-2024-grid.jpg")

    assert [path] == paths(root)[0]
    assert {path: "its name may be another media's, too"} == paths(root, OLD, 2024)[1]


@pytest.mark.parametrize("is_shared", [False, True])
def test_a_row_may_name_its_files(root: Path, is_shared: bool) -> None:
    """By what stands before the size, unless another row says the same."""
    put(root, f"{FOLDER}/abstract-sunset-grid.jpg")
    put(root, f"{FOLDER}/abstract-sunset-two-grid.jpg")
    old = replace(OLD, library_path=f"/srv/{FOLDER}/abstract-sunset.jpg", shares_library=is_shared)

    assert ([] if is_shared else [f"{FOLDER}/abstract-sunset-grid.jpg"], {}) == paths(root, old)


def test_hostile_names_are_refused(root: Path) -> None:
    """They are told printably, and reach no row."""
    put(root, f"{FOLDER}/12-\x1b[2J-grid.jpg")

    assert {f"{FOLDER}/12-\x1b[2J-grid.jpg": "its name holds bytes that are no text"} == paths(root)[1]


def test_what_is_measured_is_the_file(root: Path) -> None:
    """Its length and its SHA-256."""
    put(root, f"{FOLDER}/12-x-grid.jpg")
    measured = disk(root).measure(f"{FOLDER}/12-x-grid.jpg")

    content = f"{FOLDER}/12-x-grid.jpg".encode()
    assert (len(content), hashlib.sha256(content).hexdigest()) == (measured.bytes, measured.sha256)


def test_a_folder_that_holds_nothing_old_is_named(tmp_path: Path) -> None:
    """Most likely the setting is wrong; 1,000 media without a file would be a report to believe."""
    with pytest.raises(WrongUse, match="MEDIA_VM_STORAGE_DIR"):
        disk(tmp_path)


@pytest.mark.parametrize(
    "name", ["12-product-1736900000.jpg", "12-site-1736900000-x.jpg", "12_logo_1736900000.png", ANOTHERS]
)
@pytest.mark.parametrize("is_named_by_row", [True, False])
def test_nobody_gets_anothers_original(root: Path, name: str, is_named_by_row: bool) -> None:
    """Temp names begin with the user's id, and what another row names is that one's: no guesses."""
    put(root, f"bulk/2025-01-16/{name}")
    old = replace(OLD, bulk_path=f"bulk/2025-01-15/{name}" if is_named_by_row else None)

    refused = disk(root).original(old)

    assert isinstance(refused, Refused)
    assert "it is not where the row says" in refused.why


def test_a_temp_name_that_is_where_its_row_says_is_taken(root: Path) -> None:
    """The row says whose it is."""
    put(root, path := "bulk/2025-01-15/4-product-1736900000.jpg")

    assert path == disk(root).original(replace(OLD, bulk_path=f"/srv/storage/{path}"))
