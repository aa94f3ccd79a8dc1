"""Is the storage as media VM needs it (contract §6)? Facts in, lines out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from media_vm.rules.checkup import Line, ok, problem, warning
from media_vm.rules.units import size_told

AREAS: Final = ("bulk", "library", "quarantine")
FILES_A_PICTURE: Final = 21  # six sizes in up to three formats, the animation, the original and what is being made
FEWEST_INODES: Final = 250 * FILES_A_PICTURE
"""Files that may still be made: of as many pictures as the default floor of 1 GB takes at 4 MB each."""


@dataclass(frozen=True, slots=True)
class AreaFacts:
    """One folder. trouble: what it refused, None if it did all. device: of its file system."""

    name: str
    is_there: bool
    trouble: str | None
    device: int | None


@dataclass(frozen=True, slots=True)
class StorageFacts:
    """root: its path. areas: those of `AREAS`. apart: between which two a file cannot be renamed. free, inodes:
    what this user may still take; inodes is None where a file system has no fixed number. owner: of the root, by
    number, None where it is not there; user: who we are."""

    root: str
    areas: tuple[AreaFacts, ...]
    apart: str | None
    free: int | None
    inodes: int | None
    owner: int | None
    user: int


def lines_of_storage(facts: StorageFacts, floor: int) -> Iterator[Line]:
    """floor: MEDIA_VM_DISK_FLOOR_BYTES."""
    yield from (_area(one, facts.root) for one in facts.areas)
    yield _one_file_system(facts)
    yield _space(facts.free, floor)
    yield _inodes(facts.inodes)
    if facts.user == 0 and facts.owner not in (0, None):
        yield warning(
            "storage: user",
            f"this is root, while the storage is user {facts.owner}'s: root may write anywhere",
            "run `media-vm doctor` as the user that the worker runs as",
        )


def line_of_belonging(has_met: bool, trouble: str | None) -> Line:
    """Is it its database's? has_met: both carry the same id. trouble: why it is not, with the remedy."""
    what = "storage: whose"
    if trouble:
        seen, _, remedy = trouble.partition(": ")
        return problem(what, seen, remedy)
    return ok(what, "its database's" if has_met else "nobody's yet: the first worker makes it its database's")


def _area(area: AreaFacts, root: str) -> Line:
    what = f"storage: {area.name}"
    if area.trouble is None:
        done = "writes, fsyncs and renames" if area.is_there else "is not there yet, and can be made"
        return ok(what, f"{root}/{area.name} {done}")
    return problem(
        what,
        f"{root}/{area.name}: {area.trouble}",
        "MEDIA_VM_STORAGE_DIR should be a folder on a writable disk that belongs to the user that media VM runs "
        "as (chown -R, mount -o remount,rw; systemd: ReadWritePaths=)",
    )


def _one_file_system(facts: StorageFacts) -> Line:
    what = "storage: one file system"
    devices = {one.device for one in facts.areas if one.device is not None}
    if len(devices) > 1 or facts.apart:
        between = facts.apart or "bulk, library and quarantine"
        return problem(
            what,
            f"{between} are on different file systems",
            "mount one file system at MEDIA_VM_STORAGE_DIR, with all three as plain folders in it",
        )
    return ok(what, "bulk, library and quarantine share one")


def _space(free: int | None, floor: int) -> Line:
    what = "storage: free space"
    if free is None:
        return problem(what, "the disk does not tell", "check the disk (dmesg)")
    seen = f"{size_told(free)} free; MEDIA_VM_DISK_FLOOR_BYTES is {floor} ({size_told(floor)})"
    if free < floor:
        return problem(what, f"{seen}: no picture is taken on", "make room on the disk, or a bigger disk")
    if free < 2 * floor:
        return warning(what, f"{seen}: close to it", "make room on the disk before work stops")
    return ok(what, seen)


def _inodes(inodes: int | None) -> Line:
    what = "storage: inodes"
    if inodes is None:
        return ok(what, "the file system has no fixed number of files")
    if inodes < FEWEST_INODES:
        return problem(
            what,
            f"{inodes} more files fit, of about {FILES_A_PICTURE} a picture",
            "delete files, or make the file system anew with more inodes (mkfs.ext4 -i); space does not help",
        )
    return ok(what, f"{inodes} more files fit")
