"""The contract of Files, on the memory world and on a real disk; and what only a disk can do wrong."""

from __future__ import annotations

import errno
import hashlib
import json
import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from media_vm.adapters.files import DiskFiles
from media_vm.errors import ChildDied, NoRoom, ProviderDown, StepFailed
from media_vm.ports import Files
from media_vm.rules.failures import Failure, Kind
from media_vm.rules.pictures import Background, Format, Size
from media_vm.testing import MemoryFiles
from media_vm.values import Original, Rendered, Rendering

FAILURE = Failure(Kind.PERMANENT, "truncated", "the data ends early", fingerprint="sha256:ab")
FOLDER = "library/user_456/product/img"


@dataclass(frozen=True, slots=True)
class Box:
    """Storage, and how a test writes and reads bytes there."""

    files: Files
    write: Callable[[Path, bytes], object]
    read: Callable[[Path], bytes]


@pytest.fixture(params=["memory", "disk"])
def box(request: pytest.FixtureRequest, tmp_path: Path) -> Box:
    if request.param == "disk":
        return Box(DiskFiles(tmp_path / "storage"), Path.write_bytes, Path.read_bytes)
    memory = MemoryFiles()
    return Box(memory, memory.disk.__setitem__, memory.disk.__getitem__)


@pytest.fixture
def disk(tmp_path: Path) -> DiskFiles:
    return DiskFiles(tmp_path / "storage")


def arrived(box: Box, content: bytes = b"picture") -> Path:
    incoming = box.files.incoming("token-1")
    box.write(incoming, content)
    return incoming


def rendered(folder: Path, content: bytes, size: Size = Size.GRID) -> Rendered:
    digest = hashlib.sha256(content).hexdigest()
    place = (size, Format.AVIF, Background.ORIGINAL)
    return Rendered(*place, 500, 333, len(content), digest, folder / f".tmp-{digest[:8]}")


def test_an_original_is_kept_byte_for_byte(box: Box) -> None:
    """What arrived is found under its path, and no longer under its temporary name."""
    incoming = arrived(box)

    box.files.keep_original(incoming, "bulk/2025-01-15/1-abc.jpg")

    assert b"picture" == box.read(box.files.original("bulk/2025-01-15/1-abc.jpg"))
    with pytest.raises((KeyError, FileNotFoundError)):
        box.read(incoming)


def test_two_tokens_never_share_a_temporary(box: Box) -> None:
    """Two workers with the same media cannot write into each other's file."""
    assert box.files.incoming("token-1") != box.files.incoming("token-2")


def test_variants_are_published_under_their_hash(box: Box) -> None:
    """A name that holds the content's hash, in the library folder."""
    folder = box.files.folder(FOLDER)
    one = rendered(folder, b"avif bytes")
    box.write(one.temporary, b"avif bytes")

    published = box.files.publish(Rendering((one,), ()), 789, FOLDER, "my-photo")

    variant = published.kept[0]
    assert f"{FOLDER}/789-my-photo-grid-{one.sha256[:8]}.avif" == variant.path
    assert b"avif bytes" == box.read(box.files.original(variant.path))


@pytest.mark.parametrize("told", [{"sha256": "../../../../keys"}, {"bytes": 9}])
def test_a_variant_that_is_not_what_was_told_is_not_published(box: Box, told: dict[str, Any]) -> None:
    """A false digest or length: neither it nor what was made with it gets a name in the library."""
    folder = box.files.folder(FOLDER)
    good, bad = (rendered(folder, content) for content in (b"avif bytes", b"other bytes"))
    for one, content in ((good, b"avif bytes"), (bad, b"other bytes")):
        box.write(one.temporary, content)

    with pytest.raises(ChildDied, match="answered_nonsense"):
        box.files.publish(Rendering((good, replace(bad, **told)), ()), 789, FOLDER, "my-photo")
    assert b"avif bytes" == box.read(good.temporary)


def test_quarantine_copies_the_first_bytes_that_are_there(box: Box) -> None:
    """The source stays where it is: the original is never moved."""
    incoming = arrived(box)

    box.files.quarantine([box.files.original("bulk/missing.jpg"), incoming], 789, FAILURE)

    aside = box.files.quarantined(789)
    assert aside is not None
    assert (b"picture", b"picture") == (box.read(aside), box.read(incoming))


def test_quarantine_without_bytes_holds_the_reason_alone(box: Box) -> None:
    """A file too big to be read at all leaves nothing but its reason."""
    box.files.quarantine([box.files.original("bulk/missing.jpg")], 789, FAILURE)

    assert box.files.quarantined(789) is None


def test_what_was_put_aside_can_be_taken_again(box: Box) -> None:
    """A retry on request works on the bytes that quarantine kept."""
    box.files.quarantine([arrived(box)], 789, FAILURE)
    aside = box.files.quarantined(789)
    assert aside is not None

    again = box.files.copy(aside, box.files.incoming("token-2"))

    assert (7, hashlib.sha256(b"picture").hexdigest()) == (again.bytes, again.sha256)


def test_discarding_what_is_gone_is_fine(box: Box) -> None:
    """Clean-up may run twice."""
    incoming = arrived(box)

    box.files.discard(incoming)
    box.files.discard(incoming)

    with pytest.raises((KeyError, FileNotFoundError)):
        box.read(incoming)


def test_the_reason_stands_beside_the_bytes(disk: DiskFiles, tmp_path: Path) -> None:
    """An operator who looks into quarantine finds out why."""
    disk.quarantine([], 789, FAILURE)

    reason = json.loads((tmp_path / "storage/quarantine/789.json").read_text())
    assert ("permanent", "truncated") == (reason["kind"], reason["reason"])


@pytest.mark.parametrize("path", ["../outside", "bulk/../../outside", "/etc/passwd"])
def test_no_path_leads_out_of_the_root(disk: DiskFiles, path: str) -> None:
    """Paths are our own; one that leaves the root is a mistake that must not pass."""
    with pytest.raises(ValueError, match="leads out"):
        disk.original(path)


def test_a_symbolic_link_does_not_lead_out_either(disk: DiskFiles, tmp_path: Path) -> None:
    """A link planted in the library is refused."""
    (tmp_path / "outside").mkdir()
    disk.folder("library")
    (tmp_path / "storage/library/user_1").symlink_to(tmp_path / "outside")

    with pytest.raises(ValueError, match="leads out"):
        disk.folder("library/user_1/product/img")


def test_a_new_folder_is_on_the_disk_before_anything_is_in_it(
    disk: DiskFiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each of them where its name stands; one that is there already costs nothing."""
    synced: list[Path] = []
    monkeypatch.setattr("media_vm.adapters.files.sync_folder", synced.append)
    root = disk.folder("library").parent
    before = len(synced)
    disk.folder("library/user_7/product/img")
    disk.folder("library/user_7/product/img")

    user = root / "library" / "user_7"
    assert [root / "library", user, user / "product"] == sorted(synced[before:])


def test_every_file_is_synced_before_it_is_renamed(disk: DiskFiles, monkeypatch: pytest.MonkeyPatch) -> None:
    """fsync of the file, rename, fsync of the folder: in this order, for originals."""
    calls: list[str] = []
    fsync, rename = os.fsync, Path.rename

    def noted_fsync(descriptor: int) -> None:
        target = Path(f"/proc/self/fd/{descriptor}").readlink()
        calls.append("sync folder" if target.is_dir() else "sync file")
        fsync(descriptor)

    def noted_rename(self: Path, target: Path) -> Path:
        calls.append("rename")
        return rename(self, target)

    disk.folder("bulk/2025-01-15")
    monkeypatch.setattr(os, "fsync", noted_fsync)
    monkeypatch.setattr(Path, "rename", noted_rename)
    incoming = disk.incoming("token-1")
    incoming.write_bytes(b"picture")

    disk.keep_original(incoming, "bulk/2025-01-15/1-abc.jpg")

    assert ["sync file", "rename", "sync folder"] == calls


@pytest.mark.parametrize(("number", "expected"), [(28, ProviderDown), (122, ProviderDown), (5, NoRoom)])
def test_a_refusing_disk_has_a_name(
    disk: DiskFiles, monkeypatch: pytest.MonkeyPatch, number: int, expected: type[StepFailed]
) -> None:
    """A full disk is everybody's outage, a broken one this file's trouble; no path is told."""

    def full(descriptor: int) -> None:
        raise OSError(number, "No luck on device")

    disk.folder("bulk/2025-01-15")
    monkeypatch.setattr(os, "fsync", full)
    incoming = disk.incoming("token-1")
    incoming.write_bytes(b"picture")

    with pytest.raises(expected, match="No luck") as caught:
        disk.keep_original(incoming, "bulk/2025-01-15/1-abc.jpg")

    assert "/" not in caught.value.detail
    assert not disk.original("bulk/2025-01-15/1-abc.jpg").exists()


@pytest.mark.parametrize(("number", "is_lost"), [(errno.EIO, True), (errno.EACCES, False)])
def test_an_original_that_cannot_be_read_back_is_lost(
    number: int, is_lost: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A bad sector has eaten it: it is fetched again. A folder that we may not read is no fault of the file."""
    files = DiskFiles(tmp_path)

    def broken(_: Path) -> None:
        raise OSError(number, "no")

    monkeypatch.setattr("media_vm.adapters.files._measured", broken)
    if is_lost:
        assert not files.is_sound(Original("bulk/1.jpg", 3, "ab"))
        return
    with pytest.raises(OSError, match="no"):
        files.is_sound(Original("bulk/1.jpg", 3, "ab"))


def test_an_original_in_a_folder_that_is_none_is_lost(tmp_path: Path) -> None:
    """Whatever came in the way."""
    (tmp_path / "bulk").write_bytes(b"no folder")

    assert not DiskFiles(tmp_path).is_sound(Original("bulk/1.jpg", 3, "ab"))
