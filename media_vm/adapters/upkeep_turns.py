"""Whose turn it is: rows of `media_marks`, moved by compare-and-set on the database's own clock."""

from __future__ import annotations

import secrets
from datetime import timedelta
from functools import partial

from sqlalchemy import Engine, or_, update
from sqlmodel import Session, col

from media_vm.adapters.tables import MediaMark
from media_vm.adapters.transactions import database_now, transact

LEASE = "upkeep"
NOBODY = ""
LEASE_LASTS = timedelta(minutes=2)


class DatabaseTurns:
    """The `Turns` port. The lease's row says who holds it and when that was last said; a job's row, when it was
    last taken up."""

    def __init__(self, engine: Engine, lasts: timedelta = LEASE_LASTS) -> None:
        self._engine = engine
        self._lasts = lasts

    def hold(self, holder: str) -> bool:
        """Ours to renew, or somebody's who has been silent for too long."""
        return self._move(LEASE, holder, self._lasts)

    def let_go(self, holder: str) -> None:
        """An empty holder can be followed at once."""
        mine = update(MediaMark).where(col(MediaMark.name) == LEASE, col(MediaMark.note) == holder)

        def leave(session: Session) -> None:
            session.exec(mine.values(note=NOBODY))

        transact(self._engine, leave)

    def take(self, job: str, every: timedelta) -> bool:
        """One process moves the row, and a restart forgets nothing."""
        return self._move(f"{LEASE} {job}", secrets.token_hex(16), every)

    def _move(self, name: str, note: str, after: timedelta) -> bool:
        return transact(self._engine, partial(_move, name, note, after))


def _move(name: str, note: str, after: timedelta, session: Session) -> bool:
    """Move the row if it is nobody's, older than `after` or already says the same; the first of all makes it."""
    now = database_now(session)
    if session.get(MediaMark, name) is None:
        session.add(MediaMark(name=name, at=now, note=note))
        session.flush()
        return True
    is_free = or_(col(MediaMark.at) <= now - after, col(MediaMark.note).in_((note, NOBODY)))
    moved = update(MediaMark).where(col(MediaMark.name) == name, is_free).values(at=now, note=note)
    return bool(session.exec(moved).rowcount)
