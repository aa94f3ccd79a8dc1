"""What was deleted, or kept for long enough, where workers are killed; and whether it is really gone."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from functools import partial

from sqlalchemy import Engine

from media_vm.adapters.database import DatabaseStore
from media_vm.adapters.deleting import delete_media
from media_vm.adapters.engine import open_engine
from media_vm.adapters.fsck_disk import StorageDisk
from media_vm.adapters.fsck_rows import DatabasePromises
from media_vm.adapters.readings import Readings
from media_vm.adapters.transactions import transact
from media_vm.fsck import Check
from media_vm.rules.removal import is_trace
from media_vm.rules.upkeep import Slice
from media_vm.upkeep_ports import Keeper
from tests.faults.ledger_api import LedgerAPI
from tests.faults.sight import NOT_AT_REST, PROMISED, sight_of
from tests.faults.waiting import until
from tests.faults.workers import Place, start, stop

SAME_BYTES = "SELECT id FROM media_files WHERE main_api_id IN (1, 78) ORDER BY id"
ANOTHER = "SELECT id FROM media_files WHERE main_api_id = 2"


def complete_all(place: Place, api: LedgerAPI) -> None:
    """One undisturbed worker brings everything to its end."""
    worker = start(place)
    with sight_of(place.database) as sight:
        until(lambda: not api.unfinished() and not sight.count(NOT_AT_REST))
    stop(worker)


def delete_two(place: Place) -> list[int]:
    """Ask for one that shares its original with another, and for one that shares nothing; their ids."""
    with sight_of(place.database) as sight:
        chosen = [int(sight.rows(query)[0][0]) for query in (SAME_BYTES, ANOTHER)]
        for media_id in chosen:
            transact(sight.engine, partial(delete_media, media_id))
    return chosen


def not_gone(place: Place, media_ids: Sequence[int]) -> list[str]:
    """What is wrong with deleted media: shown still, its rows not wiped, a file of it on the disk that nobody
    needs."""
    with sight_of(place.database) as sight:
        shelf, promised = Readings(sight.engine), {path for path, _ in sight.rows(PROMISED)}
        notes = []
        for media_id in media_ids:
            shown, deletion = shelf.look_up(media_id), shelf.delete(media_id)
            if not (shown and shown.is_deleted and deletion and deletion.is_removed):
                notes.append(f"media {media_id} was deleted, and is not removed")
            notes += [f"{path} is left" for path in _traces(place, media_id) if path not in promised]
    return notes


def found_by_fsck(place: Place) -> list[str]:
    """Everything that fsck finds when it gives nothing any time."""
    with _keeper_of(place) as keeper:
        found = Check(keeper, Slice(), is_repairing=False, progress=lambda _: None).findings()
        return [f"fsck finds {one.path} {one.fault.value}" for one in found]


def _traces(place: Place, media_id: int) -> list[str]:
    files = (one for one in place.storage.rglob("*") if one.is_file())
    paths = (one.relative_to(place.storage).as_posix() for one in files)
    return [path for path in paths if is_trace(path, media_id)]


@contextmanager
def _keeper_of(place: Place) -> Iterator[Keeper]:
    engine = open_engine(place.database, connections=2)
    yield keeper_of(place, engine)
    engine.dispose()


def keeper_of(place: Place, engine: Engine) -> Keeper:
    """Upkeep's world, without any grace."""
    return Keeper(
        promises=DatabasePromises(engine),
        marks=DatabaseStore(engine, place.policy),
        disk=StorageDisk(place.storage),
        grace=-timedelta(seconds=1),
        clock=time.monotonic,
        pause=lambda _: False,
    )
