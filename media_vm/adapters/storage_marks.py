"""How much is stored of what, as it was measured last: marks in the database, so that every worker tells the same
and a restart forgets nothing. There is one for each data type, for a note is short; their time is the same."""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path

from sqlalchemy import Engine
from sqlmodel import Session, col, select

from media_vm.adapters.storage_figures import PARTS, Amount, Part, Stored, measure_storage
from media_vm.adapters.tables import MediaMark
from media_vm.adapters.transactions import database_now, transact

STORAGE = "storage"  # the mark of what has no data type; that of products is `storage product`
SAVED = "saved"


@dataclass(frozen=True, slots=True)
class Measured:
    """What was stored, and when that was."""

    at: datetime
    stored: Stored


def mark_storage(engine: Engine, storage: Path) -> None:
    """Measure it, and remember it. storage: the root. DatabaseDown, OSError."""
    transact(engine, partial(_write, measure_storage(engine, storage)))


def marked_storage(session: Session) -> Measured | None:
    """What was remembered last; None: it was never measured."""
    names = {_place(part)[0] for part in PARTS}
    marks = {mark.name: mark for mark in session.exec(select(MediaMark).where(col(MediaMark.name).in_(names)))}
    if STORAGE not in marks:
        return None
    notes = {name: json.loads(mark.note or "{}") for name, mark in marks.items()}

    def amount(name: str, key: str) -> Amount:
        return Amount(*notes.get(name, {}).get(key, ()))

    parts = {part: amount(*_place(part)) for part in PARTS}
    return Measured(marks[STORAGE].at, Stored(parts, amount(STORAGE, SAVED)))


def _write(stored: Stored, session: Session) -> None:
    notes: dict[str, dict[str, tuple[int, int]]] = defaultdict(dict)
    for part, amount in stored.parts.items():
        name, key = _place(part)
        notes[name][key] = amount.files, amount.bytes
    notes[STORAGE][SAVED] = stored.saved.files, stored.saved.bytes
    now = database_now(session)
    for name, note in notes.items():
        session.merge(MediaMark(name=name, at=now, note=json.dumps(note)))


def _place(part: Part) -> tuple[str, str]:
    """The mark, and the key in its note."""
    return f"{STORAGE} {part.data_type}".rstrip(), part.format or part.area
