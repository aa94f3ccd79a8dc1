"""Which media changed of late, so that nobody goes on showing what was."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, bindparam, func, select
from sqlmodel import Session, col

from media_vm.adapters.columns import Now, UtcDateTime
from media_vm.adapters.tables import MediaFile
from media_vm.rules.shown import News

WITHIN = timedelta(minutes=1)  # longer than a transaction takes from its clock's look to its commit
MOST = 1000

_HIGHEST: Select[*tuple[Any, ...]] = select(Now(), func.max(col(MediaFile.id)))
_since = bindparam("since", type_=UtcDateTime)
_CHANGED: Select[*tuple[Any, ...]] = (
    select(col(MediaFile.id), col(MediaFile.updated_at)).where(col(MediaFile.updated_at) > _since).limit(MOST + 1)
)


def news(session: Session) -> News:
    """Those whose row's time is within a minute; a time that stays where it is says that nothing changed since."""
    database = session.connection()
    now: datetime
    now, highest = database.execute(_HIGHEST).one()
    changed = database.execute(_CHANGED, {"since": now - WITHIN}).all()
    named = None if len(changed) > MOST else frozenset((row.id, row.updated_at) for row in changed)
    return News(highest or 0, named)
