"""Real worker processes that a test may kill: real HTTP, database and files, and pictures that are words.

They come from a fork server that has imported everything, so that one is at work within some tens of milliseconds.
"""

from __future__ import annotations

import ctypes
import os
import random
import signal
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from multiprocessing import forkserver, get_context
from multiprocessing.process import BaseProcess
from pathlib import Path
from unittest import mock

from sqlalchemy import Engine

from media_vm import failpoints
from media_vm.adapters.database import DatabaseStore
from media_vm.adapters.disk_failures import disk_may_be_full
from media_vm.adapters.engine import open_engine
from media_vm.adapters.expiries import DatabaseExpiries
from media_vm.adapters.files import DiskFiles
from media_vm.adapters.fsck_disk import StorageDisk
from media_vm.adapters.fsck_rows import DatabasePromises
from media_vm.adapters.leases import DatabaseLeases
from media_vm.adapters.main_api import HttpMainAPI
from media_vm.adapters.outages import DatabaseOutages
from media_vm.adapters.reprocessing import DatabaseReprocessing
from media_vm.adapters.transfer import Transfer
from media_vm.company import Company
from media_vm.logs import configure
from media_vm.ports import World
from media_vm.retention import Sweep
from media_vm.rules.pictures import Background, Format, Size
from media_vm.rules.policy import Policy
from media_vm.rules.retention import retention_of
from media_vm.testing import MemoryPixels, MemoryVision
from media_vm.upkeep_ports import Keeper
from media_vm.values import Rendered, Rendering, RenderRequest
from media_vm.worker import work
from tests.faults.ledger_api import KEY
from tests.faults.sight import worker_named
from tests.integration.storages import FolderAsDict

FORKSERVER = get_context("forkserver")
# One of our own: the process-wide one may run already, for the picture children, and has imported none of this.
NURSERY = forkserver.ForkServer()
NURSERY.set_forkserver_preload([__name__])
LEASE = timedelta(seconds=1)
BACKOFF = timedelta(milliseconds=50)
ENDED_BY_KILL = -signal.SIGKILL
STOP_PATIENCE_SECONDS = 20.0
PR_SET_PDEATHSIG = 1


@dataclass(frozen=True, slots=True)
class Place:
    """Where a worker finds its world, and how it is set.

    floor: bytes that must stay free. in_flight: items walked at once. heal_rounds: none, so that healing hides no
    attempt that should not have been spent. give_up: so soon that an outage taken for absence costs its items.
    render: how long a picture takes. look: what else is in its variants. patience: with one call to the main API.
    polishes: do its workers, once nothing else is left to do? retention: by which each sweeps once before it
    begins; "" for none.
    """

    database: str
    storage: Path
    api: str
    floor: int = 0
    lease: timedelta = LEASE
    in_flight: int = 8
    heal_rounds: int = 0
    backoff: timedelta = BACKOFF
    confirm: timedelta = timedelta(milliseconds=50)
    give_up: timedelta = timedelta(milliseconds=500)
    render: timedelta = timedelta(0)
    look: bytes = b""
    patience: timedelta = timedelta(seconds=2)
    polishes: bool = False
    retention: str = ""

    @property
    def policy(self) -> Policy:
        """The rules' numbers: three attempts, seconds for what are hours elsewhere."""
        return Policy(
            max_attempts=3,
            backoff=self.backoff,
            confirm=self.confirm,
            give_up=self.give_up,
            idle=timedelta(milliseconds=300),
            heal_after=timedelta(milliseconds=100),
            heal_rounds=self.heal_rounds,
        )


class SlowPixels(MemoryPixels):
    """Pictures that are words, and take their time: real files behind them."""

    def __init__(self, span: timedelta, look: bytes = b"") -> None:
        super().__init__(FolderAsDict())
        self._span, self._look = span, look

    def render(self, source: Path, into: Path, request: RenderRequest) -> Rendering:
        """As pixels do."""
        time.sleep(self._span.total_seconds())
        with disk_may_be_full():  # told apart as imaging does
            return super().render(source, into, request)

    def _rendered(
        self,
        size: Size,
        form: Format,
        source: Path,
        into: Path,
        around: bytes = b"",
        background: Background = Background.ORIGINAL,
    ) -> Rendered:
        """Under a name that no other worker's child has, as imaging gives it."""
        own = into / f".tmp-{uuid.uuid4().hex}"
        one = super()._rendered(size, form, source, own, around + self._look, background)
        temporary = one.temporary.rename(into / f".tmp-{uuid.uuid4().hex}")
        own.rmdir()
        return replace(one, temporary=temporary)


def start(place: Place, points: str = "") -> BaseProcess:
    """A worker in a process group of its own, with these failpoints armed."""
    worker = FORKSERVER.Process(target=_live, args=(place, points), daemon=True)
    with mock.patch.object(forkserver, "connect_to_new_process", NURSERY.connect_to_new_process):
        worker.start()
    return worker


def stop(worker: BaseProcess) -> int | None:
    """Ask it to end, as systemd does; its exit code. One that does not end is killed, which its code tells."""
    worker.terminate()
    worker.join(STOP_PATIENCE_SECONDS)
    if worker.exitcode is None:
        kill(worker)
    return worker.exitcode


def kill(worker: BaseProcess) -> None:
    """As a crash does it."""
    worker.kill()
    worker.join()


@contextmanager
def world_of(place: Place) -> Iterator[World]:
    """A worker's world: only pictures and what is seen in them are made up."""
    engine = open_engine(place.database, connections=10)
    with closing(HttpMainAPI(place.api, KEY, Transfer(50_000_000), place.patience)) as api:
        yield _world(place, engine, api)
    engine.dispose()


def _world(place: Place, engine: Engine, api: HttpMainAPI) -> World:
    return World(
        api=api,
        leases=DatabaseLeases(engine, place.policy, place.lease),
        store=DatabaseStore(engine, place.policy),
        outages=DatabaseOutages(engine, place.backoff),
        files=DiskFiles(place.storage),
        pixels=SlowPixels(place.render, place.look),
        vision=MemoryVision(),
        policy=place.policy,
        worker=worker_named(os.getpid()),
        public_url="https://media.example",
        lease=place.lease,
        step_limit=timedelta(seconds=30),
        items_in_flight=place.in_flight,
        disk_floor=place.floor,
        clock=time.monotonic,
        chance=random.random,
        new_key=lambda: str(uuid.uuid4()),
        stopping=threading.Event(),
        company=Company(),
        reprocessing=DatabaseReprocessing(engine),
        remakes_at_once=2,
        polishes=place.polishes,
    )


def _live(place: Place, points: str) -> None:
    os.setpgid(0, 0)
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)  # who runs the tests may be killed too
    with open(os.environ.get("FAULTS_LOG", os.devnull), "a") as log:  # noqa: PTH123 - a file like any other
        os.dup2(log.fileno(), 2)  # what drivers and threads print of their misfortunes is no part of the score
        configure(log)
        failpoints.arm(points)
        sweep(place)
        with world_of(place) as world:
            work(world)


def sweep(place: Place) -> None:
    """What a worker's upkeep does once a day, if its place has a retention."""
    if not place.retention:
        return
    engine, retention = open_engine(place.database, connections=2), retention_of(place.retention)
    for _ in Sweep(
        keeper_of(place, engine), DatabaseExpiries(engine, retention), retention, is_done=True
    ).goings():
        pass
    engine.dispose()


def keeper_of(place: Place, engine: Engine) -> Keeper:
    """Upkeep's world, without any grace."""
    return Keeper(
        promises=DatabasePromises(engine),
        marks=DatabaseStore(engine, place.policy),
        disk=StorageDisk(place.storage),
        grace=-timedelta(seconds=1),
        clock=time.monotonic,
        pause=lambda _: False,
    )
