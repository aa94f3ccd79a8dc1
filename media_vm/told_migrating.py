"""What `media-vm migrate` prints of a database, above all of one that was the seed's."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from media_vm.adapters.seed_preview import Migration
from media_vm.told_costs import printed
from migrations.seed_copy import Copied
from migrations.seed_tables import PREFIX

NEXT = "next: `media-vm adopt`, which gives the old files their rows; a worker leaves these media alone until then"


def tell_migration(one: Migration) -> str:
    """For `--check`."""
    at = f"the database is at revision {one.revision or 'none'}{_beyond(one)}"
    how = "media-vm migrate --take-over" if one.needs_take_over else "media-vm migrate"
    lines = [f"{at}; `{how}` brings it to {one.newest}" if one.is_needed else at]
    return "\n".join([*lines, *(tell_seed(one.seed) if one.seed and one.copies_seed else ())])


def tell_migrated(one: Migration) -> str:
    """When it is done. one: what was found before."""
    at = f"the database is at revision {one.revision if one.is_newer else one.newest}{_beyond(one)}"
    return "\n".join([*tell_seed(one.seed), NEXT, at] if one.seed and one.copies_seed else [at])


def _beyond(one: Migration) -> str:
    return f", newer than this version's {one.newest}, which works on it: nothing to do" if one.is_newer else ""


def tell_seed(seed: Copied) -> Iterator[str]:
    """Everything that is not as it was, and what stays behind in the seed's tables."""
    for media_id, note in seed.notes:
        yield f"media {media_id}  {printed(note)}"
    for table, row, why in seed.left:
        yield f"{table} {row}  stays in the old table, {PREFIX}{table}: {why}"
    for table, columns in seed.extra.items():
        if columns:
            named = ", ".join(printed(name) for name in columns)
            yield f"{table}  stays in the old table, {PREFIX}{table}: column {named}"
    taken = ", ".join(f"{number} rows of {table}" for table, number in seed.taken.items())
    yield f"from the system before media VM: {taken or 'no row'}"


def migration_json(one: Migration) -> dict[str, Any]:
    """For a program."""
    return {
        "revision": one.revision,
        "newest": one.newest,
        "needs_take_over": one.needs_take_over,
        "seed": _seed_json(one.seed) if one.seed else None,
    }


def _seed_json(seed: Copied) -> dict[str, Any]:
    return {
        "taken": dict(seed.taken),
        "notes": [{"media_id": media_id, "note": note} for media_id, note in seed.notes],
        "left": [{"table": table, "id": row, "why": why} for table, row, why in seed.left],
        "extra_columns": {table: list(columns) for table, columns in seed.extra.items() if columns},
    }
