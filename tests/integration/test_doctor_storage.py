"""`media-vm doctor` on a storage that cannot be written, is torn apart, or full."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

import pytest

from media_vm.adapters.storage_identity import carry
from tests.integration.doctors_home import Home

NOBODY = 65534


@contextmanager
def as_nobody() -> Iterator[None]:
    """Root may write anywhere."""
    is_root = os.geteuid() == 0
    if is_root:
        os.seteuid(NOBODY)
    try:
        yield
    finally:
        if is_root:
            os.seteuid(0)


@pytest.fixture
def shared_folder() -> Iterator[Path]:
    """A storage that anybody can reach, and nobody can write to."""
    folder = Path(tempfile.mkdtemp())
    for area in ("bulk", "library", "quarantine"):
        (folder / area).mkdir()
        (folder / area).chmod(0o555)
    folder.chmod(0o555)
    yield folder
    for one in (folder, *folder.iterdir()):
        one.chmod(0o755)
    shutil.rmtree(folder)


def test_a_storage_that_cannot_be_written(home: Home, shared_folder: Path) -> None:
    """All of it, by its folders."""
    home.found("storage")  # whatever has to be imported can be read by nobody's rights, or has been
    with as_nobody():
        code, ill = home.found("storage", MEDIA_VM_STORAGE_DIR=str(shared_folder))

    assert (1, [f"storage: {one}" for one in ("bulk", "library", "quarantine")]) == (code, [*ill])
    assert all("Permission denied" in said and "(chown -R," in said for _, said in ill.values())


def test_a_storage_that_cannot_even_be_looked_at(home: Home, shared_folder: Path) -> None:
    """The folder above it lets nobody through: each area says so, and nothing breaks."""
    shared_folder.chmod(0)
    with as_nobody():
        _, ill = home.found("storage", MEDIA_VM_STORAGE_DIR=str(shared_folder / "bulk"))

    told = [ill[f"storage: {area}"][1] for area in ("bulk", "library", "quarantine")]
    assert 3 == sum("Permission denied" in one for one in told)


def test_a_library_that_is_a_link_to_nothing(home: Home) -> None:
    """As after a mount that did not come up."""
    (home.storage / "library").rmdir()
    (home.storage / "library").symlink_to(home.folder / "not_mounted")

    assert "it is a link to nothing" in home.one("storage")[3]


def test_a_library_that_is_no_folder(home: Home) -> None:
    """The others are fine."""
    (home.storage / "library").rmdir()
    (home.storage / "library").write_text("")
    code, what, state, said = home.one("storage")

    assert (1, "storage: library", "problem") == (code, what, state)
    assert "is no folder" in said and "MEDIA_VM_STORAGE_DIR should be a folder on a writable disk" in said


@pytest.mark.skipif(not os.path.ismount("/dev/shm"), reason="no second file system here")
def test_a_library_on_another_disk(home: Home) -> None:
    """A link to it leads out of the storage, which no file of ours does."""
    (home.storage / "library").rmdir()
    elsewhere = Path(tempfile.mkdtemp(dir="/dev/shm"))
    (home.storage / "library").symlink_to(elsewhere)
    code, ill = home.found("storage")
    elsewhere.rmdir()

    assert (1, ["storage: library", "storage: one file system"]) == (code, [*ill])
    assert "mount one file system at MEDIA_VM_STORAGE_DIR" in ill["storage: one file system"][1]


def test_a_storage_that_is_anothers(home: Home) -> None:
    """Its folders could be written, and should not be."""
    carry(home.storage, "another")
    code, what, state, said = home.one("storage")

    assert (1, "storage: whose", "problem") == (code, what, state)
    assert "belongs to another installation" in said and "→ set the two that belong together" in said


def test_a_disk_below_its_floor(home: Home) -> None:
    """No picture would be taken on."""
    code, what, state, said = home.one("storage", MEDIA_VM_DISK_FLOOR_BYTES=str(10**18))

    assert (1, "storage: free space", "problem") == (code, what, state)
    assert "no picture is taken on → make room on the disk" in said


def test_a_disk_without_inodes(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """Space there is."""
    full = SimpleNamespace(f_bavail=10**9, f_frsize=4096, f_files=100_000, f_favail=12)
    monkeypatch.setattr(os, "statvfs", lambda _: full)
    code, what, state, said = home.one("storage")

    assert (1, "storage: inodes", "problem") == (code, what, state)
    assert "12 more files fit" in said and "mkfs.ext4 -i" in said
