"""Whose a storage folder is: it carries the id of the database that names its files, so that neither another's
folder nor the bare place where a disk should be mounted is taken for it.

    the database knows    the folder carries    together
    X                     X                     they belong together
    nobody, or X          nothing               they have just met, if an original of the rows is there, or none is
                                                named yet; else the disk is not mounted
    nobody                X                     they were together before, if an original is there; else another's
    X                     Y                     another's
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from uuid import uuid4

from sqlalchemy import Engine
from sqlmodel import Session, col, select

from media_vm.adapters.erasing import sync_folder
from media_vm.adapters.shared_files import original_of
from media_vm.adapters.tables import MediaFile, MediaMark
from media_vm.adapters.transactions import database_now, reading, transact
from media_vm.errors import Misconfigured, ProviderDown
from media_vm.rules.outages import STORAGE_GONE

NAME = ".media-vm.json"
INSTALLATION = "installation"  # the mark whose note tells one database from all others, and the key in the file
ROWS_AT_ONCE = 1000


def meet(engine: Engine, storage: Path) -> str:
    """The id that both carry from now on. Several may meet at once: the database tells all of them the same id.
    Misconfigured: they do not belong together. DatabaseDown, OSError."""
    carried = carried_by(storage)
    if carried is None:
        installation_of(engine)  # before it may be refused: who lost all originals has to be told what to write
    if (known := agreed(engine, storage)) is not None:
        return known
    installation = installation_of(engine, carried)
    if carried != installation:
        carry(storage, installation)
    return installation


def agreed(engine: Engine, storage: Path) -> str | None:
    """The id that both carry; None: they have not met yet, and may. Nothing is written. Misconfigured: they do not
    belong together. DatabaseDown, OSError."""
    with reading(engine) as session:
        mark = session.get(MediaMark, INSTALLATION)
    ours, theirs = mark.note if mark else None, carried_by(storage)
    if ours is not None and ours == theirs:
        return ours
    if ours is not None and theirs is not None:
        raise Misconfigured(STORAGE_GONE, _anothers(theirs, ours))
    are_there = _are_originals_there(engine, storage)
    if are_there or (are_there is None and theirs is None):
        return None
    raise Misconfigured(STORAGE_GONE, _bare(ours) if theirs is None else _anothers(theirs, "a new database"))


def require(storage: Path, installation: str) -> None:
    """Is it still the folder of that id? ProviderDown: its disk is away, or another is in its place."""
    try:
        carried = carried_by(storage)
    except OSError as error:
        raise ProviderDown(STORAGE_GONE, f"the storage cannot be read ({error.strerror})") from error
    if carried != installation:
        seen = f"does not carry {NAME}" if carried is None else "is another installation's"
        raise ProviderDown(STORAGE_GONE, f"the storage folder {seen}: is the storage mounted?")


def installation_of(engine: Engine, wanted: str | None = None) -> str:
    """The database's own, given when it is first asked for: `wanted`, or a new one. DatabaseDown."""
    return transact(engine, partial(_find_or_give, wanted))


def carried_by(storage: Path) -> str | None:
    """The id in the folder; None: there is none; empty: it cannot be understood. OSError."""
    try:
        told = (storage / NAME).read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return None
    try:
        return str(json.loads(told)[INSTALLATION])
    except (ValueError, KeyError, TypeError):
        return ""


def carry(storage: Path, installation: str) -> None:
    """Whole or not at all; of two databases that come at once the last one has the folder, and the other finds out
    at its next look. OSError."""
    storage.mkdir(parents=True, exist_ok=True)
    half = storage / f"{NAME}.{uuid4().hex}"
    try:
        with half.open("x") as file:
            file.write(json.dumps({INSTALLATION: installation}) + "\n")
            file.flush()
            os.fsync(file.fileno())
        half.replace(storage / NAME)
    finally:
        half.unlink(missing_ok=True)
    sync_folder(storage)


def _find_or_give(wanted: str | None, session: Session) -> str:
    mark = session.get(MediaMark, INSTALLATION)
    if mark is None:
        mark = MediaMark(name=INSTALLATION, at=database_now(session), note=wanted or uuid4().hex)
        session.add(mark)
    return mark.note or ""


def _are_originals_there(engine: Engine, storage: Path) -> bool | None:
    """Is one of those that rows name? None: no row names any. Only what never met is looked through."""
    last, is_named = 0, False
    while some := _with_originals(engine, last):
        for media in some:
            if path := original_of(media):
                is_named = True
                if os.path.lexists(storage / path):
                    return True
        last = some[-1].id or 0
    return False if is_named else None


def _with_originals(engine: Engine, after: int) -> Sequence[MediaFile]:
    named = col(MediaFile.bulk_path).is_not(None), col(MediaFile.retired_at).is_(None)
    alive = col(MediaFile.id) > after, col(MediaFile.deleted_at).is_(None)
    with reading(engine) as session:
        chosen = select(MediaFile).where(*named, *alive).order_by(col(MediaFile.id)).limit(ROWS_AT_ONCE)
        return session.exec(chosen).all()


def _bare(ours: str | None) -> str:
    lost = f", or let it carry {NAME} with " + json.dumps({INSTALLATION: ours}) if ours else ""
    return (
        "MEDIA_VM_STORAGE_DIR holds none of the originals that the database names: is the storage mounted? "
        f"Mount it, or restore a backup{lost} if they are lost for good"
    )


def _anothers(theirs: str, ours: str) -> str:
    return (
        f"MEDIA_VM_STORAGE_DIR belongs to another installation ({theirs or 'unreadable'}) than DATABASE_URL "
        f"({ours}): set the two that belong together; if these do, remove {NAME} from the folder, and start again"
    )
