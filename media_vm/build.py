"""The composition root: Settings → World. With build_vision.py the only file that knows every adapter."""

from __future__ import annotations

import os
import random
import socket
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from importlib.metadata import version
from pathlib import Path

import structlog
from sqlalchemy import Engine

from media_vm.adapters.counted import CountedLeases, CountedMainAPI, CountedStore
from media_vm.adapters.engine import open_engine, require_migrated
from media_vm.adapters.files import DiskFiles
from media_vm.adapters.outages import DatabaseOutages
from media_vm.adapters.reprocessing import DatabaseReprocessing
from media_vm.adapters.storage_identity import meet
from media_vm.adapters.systemd import supervisor_from
from media_vm.adapters.transfer import Transfer
from media_vm.adapters.worker_counts import WorkerCounts
from media_vm.build_embedder import build_embedder
from media_vm.build_vision import build_till, build_vision
from media_vm.company import Company
from media_vm.environment import SettingsProblem, require_main_api
from media_vm.errors import Misconfigured, StepFailed
from media_vm.imaging.confinement import MODEL_VARIABLE, Confinement
from media_vm.imaging.pool import ChildPool
from media_vm.imaging.replies import TaskBroke
from media_vm.imaging.studio import Studio
from media_vm.imaging.tasks import try_out
from media_vm.ports import World
from media_vm.rules.connections import of_items
from media_vm.rules.features import may_polish
from media_vm.rules.recipes import recipe_of
from media_vm.rules.reprocessing import most_at_once
from media_vm.secret_files import SECRETS
from media_vm.settings import Settings

log = structlog.get_logger()

TRY_OUT_LIMIT = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class _Opened:
    """What a world stands on, and lets go of at the end."""

    engine: Engine
    files: DiskFiles
    api: CountedMainAPI
    children: ChildPool


@contextmanager
def build_world(
    settings: Settings, counts: WorkerCounts | None = None, *, polishes: bool = False
) -> Iterator[World]:
    """All that the stories need, let go of at the end. SettingsProblem, NotMigrated, DatabaseDown,
    Misconfigured (another storage than its database's).

    counts: what its adapters count in, for whoever tells it. polishes: if the settings do not forbid it; whoever
    waits for the end of the work wants none of it.
    """
    counts = counts or WorkerCounts()
    lease = timedelta(seconds=settings.lease_seconds)
    worker, stopping = f"{socket.gethostname()[:36]}-{os.getpid()}", threading.Event()
    slowest = timedelta(seconds=2 * settings.step_seconds)  # a poll has a step's time, and the database is asked
    supervisor = supervisor_from(os.environ, time.monotonic, slowest)
    with _opened(settings, counts) as opened:
        engine, store = opened.engine, CountedStore(opened.engine, settings.policy, counts)
        till = build_till(settings, engine, counts, worker=worker, now=store.now, pause=stopping.wait)
        vision, embedding = build_vision(settings, opened.children, till), build_embedder(settings, till)
        with vision as providers, embedding as embedder:
            yield World(
                api=opened.api,
                leases=CountedLeases(engine, settings.policy, lease, counts),
                store=store,
                outages=DatabaseOutages(engine, probe=settings.policy.backoff),
                files=opened.files,
                pixels=_studio(settings, opened.children),
                vision=providers,
                policy=settings.policy,
                worker=worker,
                public_url=settings.media_backend_url,
                lease=lease,
                step_limit=timedelta(seconds=settings.step_seconds),
                items_in_flight=settings.items_in_flight,
                disk_floor=settings.disk_floor_bytes,
                clock=time.monotonic,
                chance=random.random,
                new_key=lambda: str(uuid.uuid4()),
                stopping=stopping,
                company=Company(),
                polishes=polishes and may_polish(settings.features, settings.cpu_slots),
                embedder=embedder,
                reprocessing=DatabaseReprocessing(engine),
                remakes_at_once=most_at_once(settings.cpu_slots),
                made_with=recipe(settings),
                supervisor=supervisor,
            )


@contextmanager
def _opened(settings: Settings, counts: WorkerCounts) -> Iterator[_Opened]:
    """Database, storage, main API and children, each tried where that is better said now than of every picture."""
    url, key = require_main_api(settings)
    engine = open_engine(settings.database_url, connections=of_items(settings.items_in_flight))
    try:
        require_migrated(engine)
        files = _files(engine, settings.storage_dir)
        scrub_secrets()
        with (
            closing(_main_api(settings, url, key, counts)) as api,
            closing(ChildPool(settings.cpu_slots, confinement(files, settings.model_dir))) as children,
        ):
            require_children(children, files.folder("library"))
            yield _Opened(engine, files, api, children)
    finally:
        engine.dispose()


def recipe(settings: Settings) -> str:
    """What variants are made with now, by which those made with something else are known."""
    encoders = f"vips {version('pyvips-binary')}"
    return recipe_of(settings.aims, settings.remover, settings.max_animation_megapixels, encoders)


def _studio(settings: Settings, children: ChildPool) -> Studio:
    return Studio(
        children,
        limits=settings.limits,
        allowed=frozenset(settings.allowed_types),
        render_limit=timedelta(seconds=settings.step_seconds),
        remover=settings.remover,
        aims=settings.aims,
    )


def _main_api(settings: Settings, url: str, key: str, counts: WorkerCounts) -> CountedMainAPI:
    transfer, limit = Transfer(settings.max_source_bytes), timedelta(seconds=settings.step_seconds)
    return CountedMainAPI(url, key, transfer, limit, counts, asks_context=settings.site_context)


def _files(engine: Engine, storage: Path) -> DiskFiles:
    """Better said once at the start than of every picture. SettingsProblem, Misconfigured (not its database's)."""
    try:
        files = DiskFiles(storage, meet(engine, storage))
        files.folder("bulk")
        return files
    except Misconfigured:
        raise
    except (StepFailed, OSError) as error:
        why = error.detail if isinstance(error, StepFailed) else f"it cannot be made ({error.strerror})"
        raise SettingsProblem([f"MEDIA_VM_STORAGE_DIR: {why}; it should be a folder of ours"]) from error


def confinement(files: DiskFiles, model: Path | None = None, also_reads: tuple[Path, ...] = ()) -> Confinement:
    """A child reads what was sent to us and writes variants; it sees neither the database nor what is set up.

    model: the folder of the remover's model, which it reads too, and learns of as rembg does.
    """
    bulk, library = files.folder("bulk").resolve(), files.folder("library").resolve()
    if model is None:
        return Confinement(reads=(bulk, *also_reads), writes=(library,))
    folder = model.resolve()
    reads = (bulk, folder, *also_reads)
    return Confinement(reads=reads, writes=(library,), variables=((MODEL_VARIABLE, str(folder)),))


def require_children(children: ChildPool, library: Path) -> None:
    """One child tries everything once: better said at the start than of every picture."""
    try:
        ready = children.run(try_out, library, limit=TRY_OUT_LIMIT)
    except (StepFailed, TaskBroke) as error:
        raise SettingsProblem([f"picture processes do not work here: {error}"]) from error
    if ready.problems:
        raise SettingsProblem([f"a picture process cannot do its work: {problem}" for problem in ready.problems])
    log.debug("children_tried", libvips=ready.libvips, libheif=ready.libheif, landlock=ready.landlock)


def scrub_secrets() -> None:
    """Settings are read: no child process needs to inherit a key."""
    for name in SECRETS:
        os.environ.pop(name, None)
