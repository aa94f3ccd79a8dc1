"""Figure 3: pictures a minute from the pending list to the acknowledged callback, through a real worker."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from itertools import cycle, islice

from sqlalchemy import Engine
from sqlmodel import Session, col, select

from bench.comparison import Comparison, NotMeasured, in_turns
from bench.photos import Photo
from bench.stage import Stage
from media_vm.adapters.engine import open_migrated
from media_vm.adapters.tables import MediaCallback, MediaFile

PICTURES = 12
ONE_AT_A_TIME = {"MEDIA_VM_CPU_SLOTS": "1", "MEDIA_VM_ITEMS_IN_FLIGHT": "1"}
SEED_AT_BEST = (2.0,)  # a minute; contract §11: 30–60 s an image, one at a time
ROUNDS, PATIENCE = 2, 60.0  # seconds
OURS, PEER = "all cores", "the same worker, one at a time"


def compare_walks(photos: Sequence[Photo], stage: Stage, rounds: int = ROUNDS) -> Iterator[Comparison]:
    """All cores beside one picture at a time, and beside what the seed promises."""
    cores = len(os.sched_getaffinity(0))
    all_cores = {"MEDIA_VM_CPU_SLOTS": str(cores), "MEDIA_VM_ITEMS_IN_FLIGHT": str(4 * cores)}
    runs = {
        OURS: partial(_pictures_a_minute, photos, PICTURES, stage, all_cores),
        PEER: partial(_pictures_a_minute, photos, len(photos), stage, ONE_AT_A_TIME),
    }
    rates = in_turns(runs, rounds=rounds, patience=PATIENCE)
    subject, measure = f"walk of {PICTURES} pictures, {cores} cores", "pictures"
    yield Comparison(subject, measure, "1/min", rates[OURS], PEER, rates[PEER], more_is_better=True)
    promise = "the seed's 30 s a picture (stated, not measured)"
    yield Comparison(subject, measure, "1/min", rates[OURS], promise, SEED_AT_BEST, more_is_better=True)


def _pictures_a_minute(photos: Sequence[Photo], count: int, stage: Stage, settings: Mapping[str, str]) -> float:
    """Upload `count` pictures, each photo as often as the others, and let a worker with these settings work."""
    pending_ids = stage.upload([photo.picture for photo in islice(cycle(photos), count)])
    stage.work(settings)
    engine = open_migrated(stage.surroundings.database_url)
    try:
        return 60 * count / _seconds_taken(pending_ids, engine)
    finally:
        engine.dispose()


def _seconds_taken(pending_ids: Sequence[int], engine: Engine) -> float:
    """From when the worker listed the first to when the main API took the last; by the database's clock."""
    with Session(engine) as session:
        times = session.exec(
            select(MediaFile.created_at, MediaCallback.acknowledged_at)
            .join(MediaCallback, col(MediaCallback.media_id) == col(MediaFile.id))
            .where(col(MediaFile.main_api_id).in_(pending_ids))
        ).all()
    taken = [acknowledged for _, acknowledged in times if acknowledged is not None]
    if len(taken) != len(pending_ids):
        raise NotMeasured(f"only {len(taken)} of {len(pending_ids)} pictures came through")
    return (max(taken) - min(listed for listed, _ in times)).total_seconds()
