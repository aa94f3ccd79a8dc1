"""When AI calls may begin: a row of `media_marks` a provider, moved under its lock on the database's own clock.

In the database, since a provider counts by key, and several workers, on several machines, share one.
"""

from __future__ import annotations

from datetime import timedelta
from functools import partial

from sqlalchemy import Engine
from sqlmodel import Session

from media_vm.adapters.tables import MediaMark
from media_vm.adapters.transactions import database_now, transact
from media_vm.rules.findings import Provider
from media_vm.rules.pace import moment


class DatabasePace:
    """The `Pace` port. Whose answer to COMMIT is lost takes a second moment; the first is wasted."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def begin(self, provider: Provider, interval: timedelta, wait: timedelta) -> timedelta | None:
        """One short transaction, whoever has to wait; the waiting is the caller's."""
        return transact(self._engine, partial(_begin, f"ai pace {provider.value}", interval, wait))


def _begin(name: str, interval: timedelta, wait: timedelta, session: Session) -> timedelta | None:
    row = session.get(MediaMark, name, with_for_update=True)
    now = database_now(session)
    begins = moment(row.at if row else None, now, wait)
    if begins is None:
        return None
    if row is None:
        session.add(MediaMark(name=name, at=begins + interval))
    else:
        row.at = begins + interval
    return begins - now
