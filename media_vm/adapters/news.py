"""Which media changed of late, so that nobody goes on showing what was."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import BindParameter, Select, bindparam, func, select
from sqlmodel import Session, col

from media_vm.adapters.columns import Now, UtcDateTime
from media_vm.adapters.tables import MediaFile
from media_vm.rules.shown import News

WITHIN = timedelta(minutes=1)  # longer than a transaction takes from its clock's look to its commit
MOST = 1000  # named whoever asks; the driver takes some microseconds for each

_HIGHEST: Select[*tuple[Any, ...]] = select(Now(), func.max(col(MediaFile.id)))
_since = bindparam("since", type_=UtcDateTime)
_CHANGED: Select[*tuple[Any, ...]] = select(col(MediaFile.id), col(MediaFile.updated_at)).where(
    col(MediaFile.updated_at) > _since
)
# The numbers themselves in its text: SQLite takes 32,766 parameters at most.
_remembered: BindParameter[int] = bindparam("remembered", expanding=True, literal_execute=True)
_CHANGED_OF_THEM = _CHANGED.where(col(MediaFile.id).in_(_remembered))


def news(session: Session, remembered: Sequence[int]) -> News:
    """Those whose row's time is within a minute; a time that stays where it is says that nothing changed since.

    A worker's everyday is few, and named whole. After a bulk change those that somebody remembers are looked for,
    by their ids: their number is bounded, and a row's time may be older than its commit, so that no part of the
    minute could be left out.
    """
    database = session.connection()
    now: datetime
    now, highest = database.execute(_HIGHEST).one()
    since = {"since": now - WITHIN}
    changed = database.execute(_CHANGED.limit(MOST + 1), since).all()
    if len(changed) > MOST:
        changed = database.execute(_CHANGED_OF_THEM, {**since, "remembered": remembered}).all()
    return News(highest or 0, now - WITHIN, {row.id: row.updated_at for row in changed})
