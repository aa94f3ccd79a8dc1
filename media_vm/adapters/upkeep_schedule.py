"""The timetable's engine: APScheduler, which alone would drop a job that is one second late and say nothing."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from types import TracebackType
from typing import Self

import structlog
from apscheduler.events import EVENT_JOB_ERROR, EVENT_JOB_MISSED, JobExecutionEvent
from apscheduler.schedulers.background import BackgroundScheduler

from media_vm.errors import DatabaseDown
from media_vm.upkeep_ports import Job, Turns

log = structlog.get_logger()

LOOK_EVERY = timedelta(seconds=60)
RENEW_EVERY = timedelta(seconds=30)  # four times a lease of two minutes
LATE_BY = timedelta(hours=1)  # a job late by less still runs; several late runs are one


class Timetable:
    """Runs the jobs while the block lasts, if this process holds the lease, which is renewed meanwhile. Each look
    asks the database whether a job is due, so that neither restarts nor other processes move it."""

    def __init__(
        self,
        turns: Turns,
        jobs: Sequence[Job],
        holder: str,
        *,
        look_every: timedelta = LOOK_EVERY,
        renew_every: timedelta = RENEW_EVERY,
    ) -> None:
        self._turns, self._holder = turns, holder
        self._scheduler = _scheduler()
        self._repeat(partial(turns.hold, holder), "lease", renew_every)
        for job in jobs:
            self._repeat(partial(self._look, job), job.name, min(look_every, job.every or look_every))

    def __enter__(self) -> Self:
        self._scheduler.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Let a job under way come to its next rest, then leave the lease to others."""
        self._scheduler.shutdown(wait=True)
        try:
            self._turns.let_go(self._holder)
        except DatabaseDown as down:
            log.warning("upkeep_lease_kept", detail=str(down))

    def _repeat(self, work: object, name: str, every: timedelta) -> None:
        now = datetime.now(UTC)
        self._scheduler.add_job(work, "interval", seconds=every.total_seconds(), id=name, next_run_time=now)

    def _look(self, job: Job) -> None:
        if job.is_wanted() and self._turns.hold(self._holder) and self._turns.take(job.name, job.every):
            log.info("upkeep_began", job=job.name)
            job.run()


def _scheduler() -> BackgroundScheduler:
    # Its own lines would say each skipped look of a long job; what matters is told by `_tell`.
    logging.getLogger("apscheduler").setLevel(logging.CRITICAL)
    scheduler = BackgroundScheduler(
        timezone=UTC,
        job_defaults={
            "coalesce": True,
            "max_instances": 1,
            "misfire_grace_time": round(LATE_BY.total_seconds()),
        },
    )
    scheduler.add_listener(_tell, EVENT_JOB_MISSED | EVENT_JOB_ERROR)
    return scheduler


def _tell(event: JobExecutionEvent) -> None:
    if event.code == EVENT_JOB_MISSED:
        log.warning("upkeep_missed", job=event.job_id, scheduled=event.scheduled_run_time.isoformat())
    elif isinstance(event.exception, DatabaseDown):
        log.warning("upkeep_put_off", job=event.job_id, detail=str(event.exception))
    else:
        log.error("upkeep_failed", job=event.job_id, exc_info=event.exception)
