"""What a worker's metrics tell of the pictures that are to be made again. Each query reads an index."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from prometheus_client import Metric
from sqlalchemy import func
from sqlmodel import Session, col, select

from media_vm.adapters.gauges import gauges
from media_vm.adapters.reprocess_table import MediaReprocess
from media_vm.rules.reprocessing import RequestState


def reprocess_gauges(session: Session, now: datetime) -> Iterator[Metric]:
    """How many are how far, and for how long: the next in line since it was asked for, of those under way the
    first since it was begun."""
    row = MediaReprocess
    counted = dict(session.exec(select(row.state, func.count()).group_by(col(row.state))).all())
    numbers = {state.value: counted.get(state, 0) for state in RequestState}
    line = select(row.asked_at).where(row.state == RequestState.WAITING).order_by(col(row.media_id)).limit(1)
    begun = select(func.min(row.begun_at)).where(row.state == RequestState.BEGUN)
    since = {RequestState.WAITING: session.exec(line).first(), RequestState.BEGUN: session.exec(begun).one()}
    ages = {state.value: (now - at).total_seconds() if at else 0 for state, at in since.items()}
    yield gauges("reprocess_requests", "Pictures that were asked to be made again.", "state", numbers)
    yield gauges(
        "reprocess_oldest_age_seconds",
        "Since the next in line was asked for, and since the first under way was begun.",
        "state",
        ages,
    )
