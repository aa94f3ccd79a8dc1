"""A backup's folder: dumps by their time, a label that says whose they are, and all files below `storage`.

media_vm-20261121T031502.118532Z.sql     one for each backup that is kept (.db of SQLite)
media_vm.json                            whose they are
storage/                                 what any of these dumps names, as it lies in the storage folder
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import make_url

from media_vm.adapters.dump_rows import why_not_whole
from media_vm.adapters.files import TEMPORARY
from media_vm.errors import WrongUse

LABEL, LOCK, FILES = "media_vm.json", "media_vm.lock", "storage"
SUFFIXES = (".db", ".sql")
_NAME = "media_vm-%Y%m%dT%H%M%S.%fZ"


@dataclass(frozen=True, order=True, slots=True)
class Dump:
    """at: when it was begun."""

    at: datetime
    place: Path


def dump_place(url: str, folder: Path, at: datetime) -> Path:
    """Where a dump of this database is kept."""
    return folder / f"{at.strftime(_NAME)}{_suffix(url)}"


def dumps_in(folder: Path) -> list[Dump]:
    """The oldest first, whatever database they are of."""
    places = (place for suffix in SUFFIXES for place in folder.glob(f"media_vm*{suffix}"))
    return sorted(Dump(at, place) for place in places if (at := _begun_at(folder, place)))


def next_moment(folder: Path) -> datetime:
    """Now; or just after the last dump where the clock was set back, so that the last by name is the last made."""
    return max([datetime.now(UTC), *(one.at + timedelta(microseconds=1) for one in dumps_in(folder))])


def require_dump(url: str, folder: Path, name: str | None = None) -> Dump:
    """The last dump of such a database in this folder, or the one of that name. WrongUse: there is none, or it is
    not whole."""
    suffix = _suffix(url)
    ours = [one for one in dumps_in(folder) if one.place.suffix == suffix]
    if not ours:
        raise WrongUse(f"{folder} holds no media_vm-…{suffix}, which this DATABASE_URL needs")
    names = ", ".join(one.place.name for one in ours)
    found = next((one for one in reversed(ours) if name in (None, one.place.name)), None)
    if found is None:
        raise WrongUse(f"{folder} holds no {name}; there are: {names}")
    if why := why_not_whole(found.place):
        raise WrongUse(
            f"{found.place.name} is no whole dump ({why}): name another with --dump; there are: {names}"
        )
    return found


def label_of(folder: Path) -> dict[str, str]:
    """What is known of the folder; empty where nothing is."""
    label = folder / LABEL
    return dict(json.loads(label.read_text())) if label.is_file() else {}


def put_label(folder: Path, installation: str) -> None:
    """Once. What an older version wrote into it, the time of the one dump that it made, stays in it."""
    label = label_of(folder)
    if "installation" not in label:
        half = folder / f"{TEMPORARY}{LABEL}"
        half.write_text(json.dumps({**label, "installation": installation}))
        half.replace(folder / LABEL)


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """Nobody else adds to the folder or prunes it meanwhile; the lock ends with its process. WrongUse."""
    with (folder / LOCK).open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise WrongUse(f"another `media-vm backup` is at work on {folder}: wait for its end") from error
        yield


def files_below(root: Path) -> Iterator[str]:
    """Every file, relative to the root; links are none. Folders may vanish meanwhile. OSError."""
    for at, _, names in os.walk(root, onerror=_unless_gone):
        for name in names:
            place = Path(at) / name
            if not place.is_symlink() and place.is_file():
                yield place.relative_to(root).as_posix()


def remove_unfinished(folder: Path) -> None:
    """Half a dump that a killed backup left."""
    for place in folder.glob(f"{TEMPORARY}*"):
        if place.is_dir():
            shutil.rmtree(place)
        else:
            place.unlink()


def _unless_gone(error: OSError) -> None:
    if not isinstance(error, FileNotFoundError):
        raise error


def _suffix(url: str) -> str:
    return ".db" if make_url(url).get_backend_name() == "sqlite" else ".sql"


def _begun_at(folder: Path, place: Path) -> datetime | None:
    if place.stem != "media_vm":
        try:
            return datetime.strptime(place.stem, _NAME).replace(tzinfo=UTC)
        except ValueError:
            return None  # somebody's own copy
    if at := label_of(folder).get("dumped_at"):
        return datetime.fromisoformat(at)  # the one dump that an older version kept
    return datetime.fromtimestamp(int(place.stat().st_mtime), UTC)
