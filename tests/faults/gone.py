"""What was deleted, or kept for long enough, where workers are killed; and whether it is really gone."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial

from sqlalchemy import text

from media_vm.adapters.deleting import delete_media
from media_vm.adapters.engine import open_engine
from media_vm.adapters.readings import Readings
from media_vm.adapters.transactions import transact
from media_vm.fsck import Check
from media_vm.rules.removal import is_trace
from media_vm.rules.upkeep import Slice
from media_vm.upkeep_ports import Keeper
from tests.faults.ledger_api import LedgerAPI
from tests.faults.sight import NOT_AT_REST, PROMISED, sight_of
from tests.faults.waiting import until
from tests.faults.workers import Place, keeper_of, start, stop

SAME_BYTES = "SELECT id FROM media_files WHERE main_api_id IN (1, 78) ORDER BY id"
ANOTHER = "SELECT id FROM media_files WHERE main_api_id = 2"
RETENTION = "originals.product=365,quarantine=90"
_THEN = {"long_ago": "2020-01-01 00:00:00.000000"}


def complete_all(place: Place, api: LedgerAPI) -> None:
    """One undisturbed worker brings everything to its end, one after the other, so that twins share for sure."""
    worker = start(replace(place, in_flight=1))
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


def _id_of(place: Place, pending_id: int) -> int:
    with sight_of(place.database) as sight:
        return sight.count("SELECT id FROM media_files WHERE main_api_id = :pending", pending=pending_id)


def _traces(place: Place, media_id: int) -> list[str]:
    files = (one for one in place.storage.rglob("*") if one.is_file())
    paths = (one.relative_to(place.storage).as_posix() for one in files)
    return [path for path in paths if is_trace(path, media_id)]


def age(place: Place) -> None:
    """Two originals came long ago, one of them shared with a younger; of the third something was put aside as long
    ago, and one of its variants replaced."""
    with sight_of(place.database) as sight, sight.engine.begin() as connection:
        connection.execute(
            text("UPDATE media_files SET retrieved_at = :long_ago WHERE main_api_id IN (1, 2)"), _THEN
        )
        connection.execute(text("UPDATE media_files SET quarantined_at = :long_ago WHERE main_api_id = 3"), _THEN)
    third = _id_of(place, 3)
    for path in (
        f"quarantine/{third}.bin",
        f"quarantine/{third}.json",
        f"library/user_1/product/img/{third}-old-grid-0123abcd.avif",
    ):
        (place.storage / path).parent.mkdir(parents=True, exist_ok=True)
        (place.storage / path).write_bytes(b"of long ago")
        os.utime(place.storage / path, (0, 0))


def not_retired(place: Place, api: LedgerAPI) -> list[str]:
    """What is wrong with originals that were kept for long enough, and with the quarantine."""
    with sight_of(place.database) as sight:
        rows = sight.rows("SELECT id, bulk_path, retired_at FROM media_files WHERE main_api_id IN (1, 2)")
        kept = sight.count(
            "SELECT count(*) FROM media_files WHERE main_api_id IN (3, 78) AND bulk_path IS NOT NULL"
        )
        shared = f"{sight.rows(SAME_BYTES)[0][0]}-"
    notes = [f"media {one} is not retired" for one, path, retired_at in rows if path or not retired_at]
    bulk = [one.name for one in (place.storage / "bulk").rglob("*") if one.is_file()]
    old = [
        path.name
        for pattern in ("quarantine/*", "library/**/*-old-grid-0123abcd.avif")
        for path in place.storage.glob(pattern)
    ]
    if kept != 2 or len(bulk) != 2 or not any(name.startswith(shared) for name in bulk):
        notes.append(f"two originals are to be kept, the shared one among them: {bulk}")
    notes += [f"{name} is left" for name in old]
    return notes + [f"{one} was fetched {looks} times" for one, looks in api.looks.items() if looks > 1]


@contextmanager
def _keeper_of(place: Place) -> Iterator[Keeper]:
    engine = open_engine(place.database, connections=2)
    yield keeper_of(place, engine)
    engine.dispose()
