"""Named points at which a test can make this process die, stop, or meet a full disk.

`MEDIA_VM_FAILPOINTS=claimed=kill,renaming=ENOSPC@3`: at its first passing of `claimed` the process kills itself,
at the third of `renaming` the disk is full. Off, as always outside tests, a point costs one look into an empty
dictionary. Every name here has a crash test on every database (`tests/faults/`).
"""

from __future__ import annotations

import errno
import os
import signal
from collections.abc import Mapping
from dataclasses import dataclass

VARIABLE = "MEDIA_VM_FAILPOINTS"

POINTS: Mapping[str, str] = {
    "remembered": "new items have rows",
    "claimed": "a lease was taken",
    "downloading": "some of the temp file's bytes are about to be written",
    "downloaded": "the temp file's bytes are under a temporary name",
    "syncing": "a file is about to be forced to the disk",
    "renaming": "a file is about to get its final name",
    "renamed": "a file has its final name, its folder is not yet synced",
    "rendered": "variants are under temporary names",
    "published": "variants have their final names, no row tells of them",
    "recording": "an outcome is written, its transaction is still open",
    "recorded": "an outcome is committed",
    "settled": "an original that was stored twice is stored once",
    "sending": "an event is about to be sent",
    "sent": "an event was answered, nobody here knows yet",
    "quarantined": "bytes were put aside, their item does not know",
    "releasing": "a lease is about to be let go",
    "released": "a lease was let go",
    "erasing": "a file of a deleted or retired media is about to go",
    "erased": "files of a deleted media are gone, its rows name them",
    "wiping": "all but the marks of a deleted media is wiped, the transaction is still open",
    "wiped": "nothing is left of a deleted media, its lease is still held",
    "retiring": "an original is retired, its file is there",
    "retired": "a retired original is gone, its row names it",
    "emptying": "quarantine is said to keep nothing, its files are there",
    "freed": "leases of workers that vanished were freed",
    "healed": "failed items have a further round",
    "remaking": "a picture that is to be made again is due",
}
SIGNALS = {"kill": signal.SIGKILL, "stop": signal.SIGSTOP}
ERRORS = ("ENOSPC", "EIO")


@dataclass
class _Armed:
    action: str
    passes_left: int


def read(text: str) -> dict[str, _Armed]:
    """`name=action[@N]`, separated by commas. ValueError names what is not understood."""
    armed = {}
    for part in filter(None, text.split(",")):
        name, _, action = part.strip().partition("=")
        action, _, number = action.partition("@")
        if name not in POINTS or action not in {*SIGNALS, *ERRORS} or not (number or "1").isdigit():
            raise ValueError(f"{VARIABLE}: {part!r} is not understood; e.g. claimed=kill@2")
        armed[name] = _Armed(action, int(number or 1))
    return armed


_armed = read(os.environ.get(VARIABLE, ""))


def arm(text: str) -> None:
    """In this process, from now on."""
    _armed.clear()
    _armed.update(read(text))


def failpoint(name: str) -> None:
    """Nothing, unless it is armed. OSError when the disk is to fail here."""
    if (point := _armed.get(name)) is not None:
        _pass(point)


def armed_points() -> list[str]:
    """What is armed, for one loud line at the start."""
    return sorted(_armed)


def _pass(point: _Armed) -> None:
    point.passes_left -= 1
    if point.passes_left:
        return
    if point.action in SIGNALS:
        os.kill(os.getpid(), SIGNALS[point.action])
        return
    code = getattr(errno, point.action)
    raise OSError(code, os.strerror(code))
