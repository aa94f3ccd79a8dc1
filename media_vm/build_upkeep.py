"""Upkeep put together: the worker's timetable, and what fsck and gc need. Part of the composition root."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial

from sqlalchemy import Engine

from media_vm.adapters.ai_answers import DatabaseAnswers
from media_vm.adapters.database import DatabaseStore
from media_vm.adapters.embeddings import DatabaseEmbeddings
from media_vm.adapters.engine import open_engine, require_migrated
from media_vm.adapters.expiries import DatabaseExpiries
from media_vm.adapters.fsck_disk import StorageDisk
from media_vm.adapters.fsck_rows import DatabasePromises
from media_vm.adapters.storage_identity import agreed
from media_vm.adapters.storage_marks import mark_storage
from media_vm.adapters.upkeep_schedule import Timetable
from media_vm.adapters.upkeep_turns import DatabaseTurns
from media_vm.embedding import Embeds
from media_vm.ports import World
from media_vm.retention import retention_job
from media_vm.rules.connections import UPKEEP
from media_vm.rules.upkeep import grace_for
from media_vm.settings import Settings
from media_vm.upkeep import jobs
from media_vm.upkeep_ai import ai_jobs
from media_vm.upkeep_ports import Job, Keeper

MEASURE_EVERY = timedelta(minutes=30)  # all rows are read for it


@contextmanager
def build_keeper(settings: Settings, pause: Callable[[float], bool]) -> Iterator[Keeper]:
    """What fsck needs; neither the main API nor a picture's pixels are. NotMigrated, DatabaseDown,
    Misconfigured (another storage than its database's)."""
    engine = open_engine(settings.database_url, connections=UPKEEP)
    try:
        require_migrated(engine)
        yield _keeper(settings, engine, pause)
    finally:
        engine.dispose()


@contextmanager
def build_upkeep(settings: Settings, world: World) -> Iterator[None]:
    """The worker's timetable, running until the block ends; its jobs stop where they are when the worker is to."""
    engine = open_engine(settings.database_url, connections=UPKEEP)
    holder = f"{world.worker}-{uuid.uuid4()}"
    try:
        keeper = _keeper(settings, engine, world.stopping.wait)
        ai = ai_jobs(DatabaseAnswers(engine), world.store.now, _embeds(settings, engine, world))
        retention = retention_job(keeper, DatabaseExpiries(engine, settings.retention), settings.retention)
        measuring = Job("storage", MEASURE_EVERY, partial(mark_storage, engine, settings.storage_dir))
        with Timetable(DatabaseTurns(engine), [*jobs(keeper), retention, measuring, *ai], holder):
            yield
    finally:
        engine.dispose()


def _keeper(settings: Settings, engine: Engine, pause: Callable[[float], bool]) -> Keeper:
    return Keeper(
        promises=DatabasePromises(engine),
        marks=DatabaseStore(engine, settings.policy),
        disk=StorageDisk(settings.storage_dir, agreed(engine, settings.storage_dir)),
        grace=grace_for(timedelta(seconds=settings.step_seconds)),
        clock=time.monotonic,
        pause=pause,
    )


def _embeds(settings: Settings, engine: Engine, world: World) -> Embeds | None:
    if world.embedder is None:
        return None
    return Embeds(
        world.embedder,
        DatabaseEmbeddings(engine),
        world.store,
        world.store.now,
        world.stopping.wait,
        settings.policy.backoff,
    )
