"""What claims, heartbeats and releases say to the database, put together once.

MySQL's protocol sends a packet for every column of every answer, and a claim is the queue's heartbeat: nothing is
read here that is not handed out. `:name` in a docstring is a parameter.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, Update, and_, bindparam, case, select, update
from sqlmodel import col

from media_vm.adapters.columns import Now, UtcDateTime
from media_vm.adapters.rows import columns_of
from media_vm.adapters.tables import MediaCallback, MediaFile, ProcessingChecklist
from media_vm.rules.checklist import DEATHS_THAT_ISOLATE, Checklist, Step

_row = ProcessingChecklist
_is_ours = and_(
    col(_row.media_id) == bindparam("media"),
    col(_row.lease_token) == bindparam("token"),
    col(_row.lease_expires_at).is_not(None),  # a heartbeat that comes late revives nothing
)


def _time(name: str) -> ColumnElement[datetime]:
    return bindparam(name, type_=UtcDateTime)


def _attempts_given_back(step: Step) -> ColumnElement[int]:
    attempts = col(getattr(_row, f"{step.value}_attempts"))
    return case((and_(col(_row.running) == step, attempts > 0), attempts - 1), else_=attempts)


_DECIDING = [
    col(getattr(_row, name))
    for name in ("id", "media_id", "lease_token", "redo", "redo_counter", *columns_of(Checklist()))
]
_READ: Select[*tuple[Any, ...]] = select(Now().label("now"), *_DECIDING)


def _longest_due(*, suspect: bool) -> Select[*tuple[Any, ...]]:
    vanished = col(_row.worker_deaths)
    whose = vanished >= DEATHS_THAT_ISOLATE if suspect else vanished < DEATHS_THAT_ISOLATE
    due = _READ.with_for_update(skip_locked=True).where(col(_row.due_at) <= Now(), whose)
    return due.order_by(col(_row.due_at), col(_row.id)).limit(1)


LONGEST_DUE = _longest_due(suspect=False)
"""The row to claim and the time, locked, in the order of the (due_at, id) index; one that is locked already is
passed over. SQLite knows no row locks and needs none: there one transaction writes at a time."""

LONGEST_DUE_SUSPECT = _longest_due(suspect=True)
"""One of those that two workers went down with, whose turn comes after every other."""

TAKEN_BEFORE = _READ.with_for_update().where(
    col(_row.id).in_(bindparam("tried", expanding=True)), col(_row.lease_token) == bindparam("token")
)
"""The one of `:tried` that has `:token` already; waits for whoever has it locked: it may be our own COMMIT."""

TAKE: Update = update(_row).where(col(_row.id) == bindparam("row"))
"""`:row` gets a holder, and whatever else of it is to change."""

MEDIA_WITH_NEWS: Select[*tuple[Any, ...]] = (
    select(
        col(MediaFile.id),
        col(MediaFile.main_api_id),
        col(MediaFile.user_id),
        col(MediaFile.data_type),
        col(MediaFile.original_name),
        col(MediaFile.image_path),
        col(MediaFile.bulk_path),
        col(MediaFile.file_size),
        col(MediaFile.sha256),
        col(MediaFile.deleted_at),
        col(MediaFile.retired_at),
        col(MediaCallback.kind).label("news"),
        col(MediaCallback.created_at).label("news_created_at"),
        col(MediaCallback.due_at).label("news_due_at"),
    )
    .outerjoin(
        MediaCallback,
        and_(
            col(MediaCallback.media_id) == col(MediaFile.id),
            col(MediaCallback.acknowledged_at).is_(None),
            col(MediaCallback.given_up_at).is_(None),
        ),
    )
    .where(col(MediaFile.id) == bindparam("media"))
    .order_by(col(MediaCallback.id))
    .limit(1)
)
"""`:media` as a claim hands it out, with its oldest unanswered event."""

RENEW: Update = update(_row).where(_is_ours).values(lease_expires_at=_time("expires"))
"""`:token` of `:media`, if not let go yet, lives until `:expires`."""

_LET_GO = update(_row).values(
    # MySQL sets from left to right, so `running` is still what it was; as `rules.checklist.give_back` does
    **{f"{step.value}_attempts": _attempts_given_back(step) for step in Step},
    running=None,
    lease_expires_at=None,
)

RELEASE: Update = _LET_GO.where(_is_ours).values(
    due_at=case((col(_row.redo_counter) != bindparam("counter"), Now()), else_=_time("due")),
)
"""`:token` of `:media` is let go until `:due`, or at once if somebody asked again since `:counter`."""

RELEASE_ALL: Update = _LET_GO.where(
    col(_row.worker_id) == bindparam("worker"), col(_row.lease_expires_at).is_not(None)
).values(due_at=Now(), lease_token=bindparam("fresh"))
"""Whatever `:worker` holds is nobody's and due; a thread of it that lives on can write nothing."""
