"""Analyses that an operator wants again, asked of workers by rows; what a worker holds is left alone."""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import ColumnElement, Engine, or_
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import Select

from media_vm.adapters.asked_lines import asked_line
from media_vm.adapters.leases import oldest_open
from media_vm.adapters.rows import checklist_of, news_of, write_checklist
from media_vm.adapters.tables import MediaAIAnalysis, MediaFile, MediaMark, ProcessingChecklist
from media_vm.adapters.transactions import database_now, reading, transact
from media_vm.ai_ports import Batch, Wanted
from media_vm.rules.checklist import StepStatus
from media_vm.rules.findings import Provider
from media_vm.rules.healing import asked_again
from media_vm.rules.pictures import DataType, MediaStatus


class DatabaseAnalyses:
    """The `Analyses` port."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def wanted(self, wanted: Wanted, after: int, most: int) -> Batch:
        """As they are now."""
        with reading(self._engine) as session:
            found = session.exec(_those(wanted, after, most)).all()
        return _batch(found, {media_id for media_id, _, held in found if held is None}, most)

    def ask(self, wanted: Wanted, after: int, most: int, later: timedelta) -> Batch:
        """In one transaction; a worker that rests is woken by it."""
        return transact(self._engine, partial(_ask, wanted, after, most, later))


def _ask(wanted: Wanted, after: int, most: int, later: timedelta, session: Session) -> Batch:
    """The rows are locked by their own keys alone, so that nobody waits for a lock on more; what somebody else has
    locked is as good as held."""
    found = session.exec(_those(wanted, after, most)).all()
    row = ProcessingChecklist
    free = select(row).where(
        col(row.media_id).in_([one[0] for one in found]),
        col(row.lease_expires_at).is_(None),
        _has_ended(),
    )
    rows = session.exec(free.order_by(col(row.media_id)).with_for_update(skip_locked=True)).all() if found else []
    now = database_now(session)
    for one in rows:
        write_checklist(asked_again(checklist_of(one, news_of(oldest_open(session, one.media_id)))), one)
        one.lease_token = secrets.token_hex(16)  # a release whose answer was lost may not be written again
        one.due_at, one.updated_at = now + later, now
        session.add_all([one, asked_line(session, one.media_id, "analysis")])
    if rows:
        session.merge(MediaMark(name="wake", at=now, note="ai run"))
    return _batch(found, {one.media_id for one in rows}, most)


def _those(wanted: Wanted, after: int, most: int) -> Select[Any, Any, Any]:
    """Each media, its type, and until when a worker holds it."""
    row, known = ProcessingChecklist, MediaAIAnalysis
    those = (
        select(row.media_id, MediaFile.data_type, row.lease_expires_at)
        .join(MediaFile, col(MediaFile.id) == col(row.media_id))
        .outerjoin(known, col(known.media_id) == col(row.media_id))
        .where(col(row.media_id) > after, col(MediaFile.deleted_at).is_(None), col(MediaFile.retired_at).is_(None))
        .where(col(MediaFile.status) != MediaStatus.FAILED, col(row.retrieve_file) == StepStatus.COMPLETED)
        .where(_has_ended())
    )
    if wanted.is_missing:
        lacks = [col(row.degraded).is_not(None), col(known.id).is_(None), ~col(known.is_ai_enhanced).is_(True)]
        if Provider.GOOGLE in wanted.providers:
            lacks.append(col(known.raw_google_response).is_(None))
        if set(wanted.providers) - {Provider.GOOGLE}:
            lacks.append(col(known.raw_gpt4_response).is_(None))
        those = those.where(or_(*lacks))
    if wanted.since:
        those = those.where(col(MediaFile.created_at) >= wanted.since)
    return those.order_by(col(row.media_id)).limit(most)


def _has_ended() -> ColumnElement[bool]:
    """What is pending and waits for nothing will be analysed anyway."""
    row = ProcessingChecklist
    return or_(col(row.ai_visual_analysis) != StepStatus.PENDING, col(row.ai_not_before).is_not(None))


def _batch(found: Sequence[tuple[int, DataType, datetime | None]], free: set[int], most: int) -> Batch:
    kinds = Counter(kind for media_id, kind, _ in found if media_id in free)
    return Batch(kinds, len(found) - len(free), found[-1][0] if len(found) == most else None)
