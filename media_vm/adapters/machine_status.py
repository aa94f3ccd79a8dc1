"""What `media-vm status` tells of the whole machine. Every query reads an index, or so many rows and no more."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta

from sqlalchemy import Engine, func, or_
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from media_vm.adapters.outages import open_outages
from media_vm.adapters.reprocess_table import MediaReprocess
from media_vm.adapters.tables import MediaCallback, MediaEvent, MediaFile, MediaMark, ProcessingChecklist
from media_vm.adapters.transactions import database_now, reading
from media_vm.rules.callbacks import EventKind
from media_vm.rules.checklist import Redo, Step, StepStatus
from media_vm.rules.failures import Kind
from media_vm.rules.percentiles import middle_and_most
from media_vm.rules.pictures import MediaStatus
from media_vm.rules.removal import NOBODY
from media_vm.rules.reprocessing import RequestState
from media_vm.values import GONE_AFTER, WORKER_MARK

Story = dict[str, object]

DAY = timedelta(days=1)
SAMPLES = 10_000
STUCK_SHOWN = 10
UNFINISHED = (MediaStatus.DOWNLOADING, MediaStatus.PROCESSING)


def describe_machine(engine: Engine, *, stuck_after: timedelta) -> Story:
    """How many media there are of each status, what waits and for whom, what is stuck, and how fast it goes.

    stuck_after: since it last moved.
    """
    with reading(engine) as session:
        now, row = database_now(session), ProcessingChecklist
        due = session.exec(select(func.min(row.due_at))).one()
        leased = session.exec(select(func.count()).where(col(row.lease_expires_at).is_not(None))).one()
        poll = session.get(MediaMark, "poll")
        return {
            "now": text_of(now),
            "outages": _outages(session),
            "media": by_status(session),
            "in_hand": leased,
            "due_now": session.exec(select(func.count()).where(col(row.due_at) <= now)).one(),
            "next_due": text_of(due),
            "waiting": waiting_for(session),
            "again": _again(session),
            **oldest_unfinished(session, now),
            "stuck": _stuck(session, now - stuck_after),
            "failures_24h": _failures(session, now - DAY),
            "workers": workers(session, now),
            "seconds": _seconds(session, now - DAY),
            "main_api": {"last_poll": text_of(poll.at), **_polled(poll)} if poll else None,
        }


def text_of(time: datetime | None) -> str | None:
    """ISO 8601 in UTC, to the millisecond."""
    return time.isoformat(timespec="milliseconds").replace("+00:00", "Z") if time else None


def _outages(session: Session) -> list[Story]:
    return [
        {
            "party": one.party.value,
            "kind": one.kind.value,
            "reason": one.reason,
            "since": text_of(one.since),
            "next_try": text_of(one.until),
        }
        for one in open_outages(session)
    ]


def by_status(session: Session) -> dict[str, int]:
    """How many media of each status, 0 for one that none has: by the index on status. Those of which nothing is
    left are looked for among those of nobody, which an index finds; so may be an old one of an unknown user."""
    is_removed = col(MediaFile.removed_at).is_not(None)
    of_each = select(MediaFile.status, func.count()).group_by(col(MediaFile.status))
    counts, gone = (
        {MediaStatus(status): number for status, number in session.exec(counted).all()}
        for counted in (of_each, of_each.where(col(MediaFile.user_id) == NOBODY, is_removed))
    )
    return {status.value: counts.get(status, 0) - gone.get(status, 0) for status in MediaStatus}


def waiting_for(session: Session) -> dict[str, int]:
    """How many wait because of what: the step and the kind of failure that they wait after."""
    row = ProcessingChecklist
    counted = session.exec(
        select(row.last_error_step, row.last_error_kind, func.count())
        .where(col(row.due_at).is_not(None), col(row.last_error_kind).is_not(None))
        .group_by(col(row.last_error_step), col(row.last_error_kind))
        .order_by(func.count().desc(), col(row.last_error_step), col(row.last_error_kind))
    )
    return {f"{Step(step).value}:{Kind(kind).value}": number for step, kind, number in counted if step and kind}


def _again(session: Session) -> Story:
    """Pictures that are live and being made again, polish aside; and those whose turn has not come."""
    row = ProcessingChecklist
    is_remade = or_(col(row.resize_optimize) == StepStatus.PENDING, col(row.retrieve_file) == StepStatus.PENDING)
    is_polish = func.coalesce(col(row.remakes) == Redo.POLISH, False)
    number = 0
    for at_work in (col(row.due_at).is_not(None), col(row.lease_expires_at).is_not(None)):
        live = select(func.count()).where(at_work, col(row.has_variants).is_(True), is_remade, ~is_polish)
        number += session.exec(live).one()
    asked = select(func.count()).where(col(MediaReprocess.state) == RequestState.WAITING)
    return {"under_way": number, "waiting": session.exec(asked).one()}


def oldest_unfinished(session: Session, now: datetime) -> Story:
    """The first of the unfinished by id: ids are given in the order of arrival."""
    unfinished = select(MediaFile).where(
        col(MediaFile.status).in_(UNFINISHED), col(MediaFile.deleted_at).is_(None)
    )
    oldest = session.exec(unfinished.order_by(col(MediaFile.id)).limit(1)).first()
    age = round((now - oldest.created_at).total_seconds()) if oldest else None
    return {"oldest_unfinished": text_of(oldest.created_at) if oldest else None, "oldest_age_seconds": age}


def _stuck(session: Session, moved_before: datetime) -> Story:
    """Neither finished nor moved (contract §5.1)."""
    ids = session.exec(_unmoved(moved_before).order_by(col(MediaFile.id)).limit(STUCK_SHOWN)).all()
    return {"number": number_stuck(session, moved_before), "media_ids": [str(one) for one in ids]}


def number_stuck(session: Session, moved_before: datetime) -> int:
    """How many of the unfinished last moved before that."""
    return session.exec(select(func.count()).select_from(_unmoved(moved_before).subquery())).one()


def _unmoved(moved_before: datetime) -> SelectOfScalar[int] | SelectOfScalar[None]:
    row = ProcessingChecklist
    joined = select(MediaFile.id).join(row, col(row.media_id) == col(MediaFile.id))
    return joined.where(
        col(MediaFile.status).in_(UNFINISHED),
        col(MediaFile.deleted_at).is_(None),
        col(row.updated_at) < moved_before,
    )


def _failures(session: Session, since: datetime) -> Story:
    event = MediaEvent
    names = [f"{step.value} failed" for step in Step]
    counted = session.exec(
        select(event.kind, event.reason, func.count())
        .where(col(event.name).in_(names), col(event.at) > since)
        .group_by(col(event.kind), col(event.reason))
        .order_by(func.count().desc())
    )
    return {f"{Kind(kind).value}:{reason}": number for kind, reason, number in counted if kind}


def workers_heard_of(engine: Engine) -> list[Story]:
    """Every worker that did not sign off, and whether it was heard of within its beat."""
    with reading(engine) as session:
        return workers(session, database_now(session))


def workers(session: Session, now: datetime) -> list[Story]:
    """Every worker that did not sign off."""
    marks = select(MediaMark).where(col(MediaMark.name).startswith(WORKER_MARK)).order_by(col(MediaMark.name))
    return [
        {
            "worker": mark.name.removeprefix(WORKER_MARK),
            "heard_of": text_of(mark.at),
            "seconds_ago": round((now - mark.at).total_seconds()),
            "is_alive": now - mark.at < GONE_AFTER,
        }
        for mark in session.exec(marks)
    ]


def _seconds(session: Session, since: datetime) -> Story:
    """Of the last day, at most so many samples: each step, and from upload to the answered callback."""
    event, took = MediaEvent, defaultdict[str, list[float]](list)
    names = {f"{step.value} completed": step.value for step in Step}
    done = select(event.name, event.ms).where(col(event.name).in_(names), col(event.at) > since)
    for name, ms in session.exec(done.order_by(col(event.id).desc()).limit(SAMPLES)):
        took[names[name]].append((ms or 0) / 1000)
    whole = _from_upload(session, since)
    return {step.value: middle_and_most(took[step.value]) for step in Step} | {"upload_to_callback": whole}


def _from_upload(session: Session, since: datetime) -> Story:
    told = MediaCallback
    answered = (
        select(MediaFile.uploaded_at, told.acknowledged_at)
        .join(MediaFile, col(MediaFile.id) == col(told.media_id))
        .where(col(told.kind) == EventKind.COMPLETE, col(told.acknowledged_at) > since)
    )
    both = session.exec(answered.order_by(col(told.id).desc()).limit(SAMPLES)).all()
    return dict(middle_and_most([(end - start).total_seconds() for start, end in both if start and end]))


def _polled(poll: MediaMark) -> Story:
    """A poll's note is `ok, listed N`, with what was skipped if anything was, or what went wrong."""
    outcome, _, rest = (poll.note or "").partition(", listed ")
    total, _, skipped = rest.partition("; ")
    there = int(total) if total.isdigit() else None
    return {"outcome": outcome, "pending_there": there, "skipped": skipped or None}
