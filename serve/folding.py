"""The counts of processes that are gone, added up in one file of a kind: a serve whose processes crash again and
again would else fill its folder with half a megabyte for each."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

import structlog

FOLDED = "folded"
ROOM_BYTES = 262_144  # of a process's file; all label values there can be take a third
log = structlog.get_logger()


def fold(folder: Path, kinds: Sequence[str]) -> None:
    """What the dead have counted moves into `{kind}_folded.db`, nothing of it twice; on a full disk it stays where
    it is. Nobody may fork or read meanwhile."""
    for kind in kinds:
        dead = [one for one in folder.glob(f"{kind}_*.db") if _is_of_the_dead(one)]
        try:
            if dead:
                _fold(folder / f"{kind}_{FOLDED}.db", dead)
        except OSError as error:
            log.warning("counts_not_folded", detail=error.strerror)


def _fold(into: Path, dead: Sequence[Path]) -> None:
    from prometheus_client.mmap_dict import MmapedDict

    sums: defaultdict[str, float] = defaultdict(float)
    whole = [one for one in (*dead, into) if one.exists() and one.stat().st_size]  # killed as it began: empty
    for one in whole:
        for key, value, _, _ in MmapedDict.read_all_values_from_file(one):  # type: ignore[no-untyped-call]
            sums[key] += value
    to_be = into.with_suffix(".to_be")
    to_be.unlink(missing_ok=True)  # of a disk that was full
    make_room(to_be)
    written = MmapedDict(str(to_be))  # type: ignore[no-untyped-call]
    for key, value in sums.items():
        written.write_value(key, value, 0.0)  # type: ignore[no-untyped-call]
    written.close()  # type: ignore[no-untyped-call]
    to_be.rename(into)
    for one in dead:
        one.unlink()


def make_room(file: Path) -> None:
    """prometheus_client maps files with holes into memory: on a full disk the first write into a hole would end
    the process. So they are there before it looks, with all the room that they will need. OSError."""
    with file.open("ab") as opened:
        os.posix_fallocate(opened.fileno(), 0, ROOM_BYTES)


def _is_of_the_dead(file: Path) -> bool:
    """A process whose number another one has by now is one of the living."""
    pid = file.stem.rpartition("_")[2]
    if not pid.isdecimal():
        return False
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        pass
    return False
