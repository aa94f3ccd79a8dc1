"""A worker's exporter put together: `/metrics` and `/readyz`. Part of the composition root."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from prometheus_client import ProcessCollector

from media_vm.adapters.engine import open_engine
from media_vm.adapters.exposition import BuildInfo, Page, Shown, exposed, metrics_page
from media_vm.adapters.machine_gauges import Look, Machine, MachineGauges, look_at
from media_vm.adapters.recently import Recently
from media_vm.adapters.worker_counts import WorkerCounts
from media_vm.build_upkeep import build_upkeep
from media_vm.errors import StepFailed
from media_vm.ports import World
from media_vm.rules.budget import cap_of
from media_vm.rules.connections import EXPORTER
from media_vm.rules.endpoints import Bind
from media_vm.settings import Settings
from media_vm.values import GONE_AFTER

KEPT = timedelta(seconds=10)  # Prometheus asks every 15 s or more seldom; of several who ask, one pays
PATIENCE = timedelta(seconds=3)  # Prometheus itself waits for 10 s


@contextmanager
def build_beside(settings: Settings, world: World, counts: WorkerCounts) -> Iterator[None]:
    """Whatever runs beside the worker's loop: upkeep, and who tells how it goes."""
    with build_upkeep(settings, world), build_exporter(settings, world, counts):
        yield


@contextmanager
def build_exporter(settings: Settings, world: World, counts: WorkerCounts) -> Iterator[Bind | None]:
    """Told until the block ends; where, None: nowhere."""
    engine = open_engine(settings.database_url, connections=EXPORTER)
    machine = Machine(
        engine=engine,
        stuck_after=timedelta(seconds=settings.stuck_seconds),
        cap=cap_of(settings.ai_daily_usd),
        free=lambda: _free_bytes(world),
        floor=settings.disk_floor_bytes,
    )
    recently = Recently(lambda: look_at(machine), KEPT, PATIENCE)
    for collector in (MachineGauges(machine, recently), BuildInfo("worker")):
        counts.registry.register(collector)
    ProcessCollector(registry=counts.registry)
    pages = {"/metrics": metrics_page(counts.registry), "/readyz": _readiness(machine, recently, counts)}
    try:
        with exposed("worker", settings.worker_bind, pages) as where:
            yield where
    finally:
        engine.dispose()


def _readiness(machine: Machine, recently: Recently[Look], counts: WorkerCounts) -> Page:
    """200 while it can take work on; else 503 with every reason and its remedy (contract §5.7)."""

    def page(_: str) -> Shown:
        troubles = [*_troubles(machine, recently.get(), counts)]
        if not troubles:
            return Shown(200, "application/json", b'{"status":"ready"}')
        problem = {"type": "about:blank", "title": "Not ready", "status": 503, "detail": "; ".join(troubles)}
        return Shown(503, "application/problem+json", json.dumps(problem).encode())

    return page


def _troubles(machine: Machine, look: Look | None, counts: WorkerCounts) -> Iterator[str]:
    if look is None:
        yield "the database does not answer in time: check DATABASE_URL and that it runs"
    elif look.trouble:
        yield look.trouble
    free = machine.free()
    if free is not None and free < machine.floor:
        yield (
            f"{free} bytes are free where MEDIA_VM_STORAGE_DIR is, fewer than MEDIA_VM_DISK_FLOOR_BYTES "
            f"({machine.floor}): make room"
        )
    elif look and look.disk:
        yield look.disk
    if (silent := counts.silent_for()) > GONE_AFTER:
        yield f"the loop has been silent for {silent.total_seconds():.0f} s: the log says at what; restart it"


def _free_bytes(world: World) -> int | None:
    """None: the storage cannot be looked at, which its own steps will say."""
    try:
        return world.files.free_bytes()
    except (StepFailed, OSError):
        return None
