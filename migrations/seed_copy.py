"""What the seed's tables hold, copied into ours. Each copy is one transaction with its revision: whole or not at
all, however it ends. Run without a place to write to, it is the preview of `media-vm migrate --check`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, text

from migrations import seed_rows
from migrations.seed_rows import Taken
from migrations.seed_tables import ANALYSIS, CHECKLIST, MEDIA, SeedTable, insert, rows_of, seed_tables

EVENT = "taken over"
BEGAN = "from the system before media VM"
NOTE_WIDTH = 500


@dataclass
class Copied:
    """taken: rows by table. notes: what is not as it was, with its media. left: rows that stay behind, by table,
    each with the reason. extra: columns that do, by table."""

    taken: Counter[str] = field(default_factory=Counter)
    notes: list[tuple[int, str]] = field(default_factory=list)
    left: list[tuple[str, int, str]] = field(default_factory=list)
    extra: dict[str, tuple[str, ...]] = field(default_factory=dict)


def preview(connection: Connection) -> Copied | None:
    """What a copy comes to, and nothing written; None without tables of the seed's."""
    if MEDIA not in seed_tables(connection):
        return None
    told = Copied()
    for copy in (_media, _checklists, _analyses):
        for _ in copy(connection, told):
            pass
    return told


def copy_media(connection: Connection) -> None:
    """`media_files`, with a line of history each; and the mark that says that there are files to adopt."""
    for rows in _written(connection, MEDIA, _media):
        insert(connection, "media_events", [_event(row["id"], BEGAN, row["updated_at"]) for row in rows])
    if MEDIA in seed_tables(connection):
        mark = "INSERT INTO media_marks (name, at, note) VALUES ('adopt', UTC_TIMESTAMP(6), 'needed')"
        connection.execute(text(mark))


def copy_checklists(connection: Connection) -> None:
    """`processing_checklist`, one a media, nothing due."""
    for _ in _written(connection, CHECKLIST, _checklists):
        pass


def copy_analyses(connection: Connection) -> None:
    """`media_ai_analysis`, at most one a media."""
    for _ in _written(connection, ANALYSIS, _analyses):
        pass


def _written(connection: Connection, table: str, copy: Any) -> Iterator[Sequence[Mapping[str, Any]]]:
    if MEDIA not in seed_tables(connection):
        return
    told, at = Copied(), _now(connection)
    for rows in copy(connection, told):
        insert(connection, table, rows)
        insert(connection, "media_events", [_event(media_id, note, at) for media_id, note in told.notes])
        told.notes.clear()
        yield rows


def _media(connection: Connection, told: Copied) -> Iterator[list[dict[str, Any]]]:
    seed = seed_tables(connection)[MEDIA]
    told.extra[MEDIA] = seed.extra
    keepers, now = _keepers(connection, seed), _now(connection)
    for rows in rows_of(connection, seed):
        taken = []
        for old in rows:
            keeper = keepers.get(old.get("main_api_id") or 0)
            taken.append((old["id"], seed_rows.media(old, now, keeper if keeper != old["id"] else None)))
        yield _counted(MEDIA, taken, told)


def _checklists(connection: Connection, told: Copied) -> Iterator[list[dict[str, Any]]]:
    """By media: a copy that lacks one gets it."""
    tables, now = seed_tables(connection), _now(connection)
    media, seed = tables[MEDIA], tables.get(CHECKLIST)
    if seed:
        told.extra[CHECKLIST] = seed.extra
        _leave_behind(connection, CHECKLIST, seed, media, told)
    for rows in rows_of(connection, media):
        known = _newest(connection, seed, [row["id"] for row in rows]) if seed else {}
        taken = []
        for row in rows:
            one = seed_rows.checklist(known.get(row["id"]), str(row.get("status")), now)
            one.columns["media_id"] = row["id"]
            taken.append((row["id"], one))
        yield _counted(CHECKLIST, taken, told)


def _analyses(connection: Connection, told: Copied) -> Iterator[list[dict[str, Any]]]:
    tables, now = seed_tables(connection), _now(connection)
    media, seed = tables[MEDIA], tables.get(ANALYSIS)
    if seed is None:
        return
    told.extra[ANALYSIS] = seed.extra
    _leave_behind(connection, ANALYSIS, seed, media, told)
    for rows in rows_of(connection, media):
        known = _newest(connection, seed, [row["id"] for row in rows])
        taken = []
        for media_id, old in known.items():
            one = seed_rows.analysis(old, now)
            one.columns["media_id"] = media_id
            taken.append((media_id, one))
        yield _counted(ANALYSIS, taken, told)


def _counted(table: str, taken: Sequence[tuple[int, Taken]], told: Copied) -> list[dict[str, Any]]:
    told.taken[table] += len(taken)
    told.notes += [(media_id, note) for media_id, one in taken for note in one.notes]
    return [one.columns for _, one in taken]


def _keepers(connection: Connection, seed: SeedTable) -> dict[int, int]:
    """Of each main_api_id that several media have: who keeps it."""
    twice = f"SELECT main_api_id FROM {seed.name} GROUP BY main_api_id HAVING COUNT(*) > 1"  # noqa: S608 - our own names
    query = f"SELECT id, main_api_id, status FROM {seed.name} WHERE id > 0 AND main_api_id IN ({twice})"  # noqa: S608 - our own names
    keepers: dict[int, Mapping[str, Any]] = {}
    for row in connection.execute(text(query)).mappings():
        best = keepers.get(row["main_api_id"])
        if best is None or seed_rows.rank(dict(row)) > seed_rows.rank(best):
            keepers[row["main_api_id"]] = dict(row)
    return {main_api_id: row["id"] for main_api_id, row in keepers.items()}


def _newest(connection: Connection, seed: SeedTable, media_ids: Sequence[int]) -> dict[int, Mapping[str, Any]]:
    """The last row of each media that has one."""
    last = f"SELECT MAX(id) FROM {seed.name} WHERE media_id IN :media GROUP BY media_id"  # noqa: S608 - our own names
    ids = connection.execute(text(last).bindparams(sa.bindparam("media", expanding=True)), {"media": media_ids})
    wanted = [row[0] for row in ids]
    found = rows_of(connection, seed, wanted) if wanted else iter(())
    return {row["media_id"]: row for rows in found for row in rows}


def _leave_behind(connection: Connection, table: str, seed: SeedTable, media: SeedTable, told: Copied) -> None:
    """Rows of no media, and all but the last row of one."""
    orphans = f"SELECT id FROM {seed.name} WHERE media_id NOT IN (SELECT id FROM {media.name})"  # noqa: S608 - our own names
    older = (
        f"SELECT id FROM {seed.name} WHERE media_id IN (SELECT id FROM {media.name})"  # noqa: S608 - our own names
        f" AND id NOT IN (SELECT MAX(id) FROM {seed.name} GROUP BY media_id)"
    )
    for query, why in ((orphans, "its media is not there"), (older, "its media has a later row")):
        told.left += [(table, row[0], why) for row in connection.execute(text(f"{query} ORDER BY id"))]


def _event(media_id: int, note: str, at: datetime) -> dict[str, Any]:
    return {"media_id": media_id, "at": at, "name": EVENT, "note": note[:NOTE_WIDTH]}


def _now(connection: Connection) -> datetime:
    now: datetime = connection.execute(text("SELECT UTC_TIMESTAMP(6)")).scalar_one()
    return now
