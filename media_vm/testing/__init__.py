"""A world made of memory, shipped with the package: the same ports, no disk, no socket, no clock but its own.

Pictures are words: `picture("jpeg", 1200, 800)` is the bytes that `MemoryPixels` takes for one.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from itertools import count

from media_vm.company import Company
from media_vm.ports import World
from media_vm.rules.policy import Policy
from media_vm.testing.clock import EPOCH, MemoryClock
from media_vm.testing.database import MemoryDatabase
from media_vm.testing.files import MemoryFiles
from media_vm.testing.main_api import MemoryMainAPI
from media_vm.testing.outages import MemoryOutages
from media_vm.testing.pixels import MemoryPixels, picture
from media_vm.testing.reprocessing import MemoryReprocessing
from media_vm.testing.vision import MemoryVision

__all__ = [
    "EPOCH",
    "MemoryClock",
    "MemoryDatabase",
    "MemoryFiles",
    "MemoryMainAPI",
    "MemoryOutages",
    "MemoryParts",
    "MemoryPixels",
    "MemoryReprocessing",
    "MemoryVision",
    "memory_parts",
    "picture",
]


@dataclass
class MemoryParts:
    """A memory world's parts by their own types, so that a test can reach behind the ports."""

    clock: MemoryClock
    database: MemoryDatabase
    files: MemoryFiles
    api: MemoryMainAPI
    pixels: MemoryPixels
    vision: MemoryVision
    outages: MemoryOutages
    reprocessing: MemoryReprocessing
    world: World


def memory_parts(policy: Policy | None = None) -> MemoryParts:
    """A whole world of memory, one item in flight, no jitter."""
    policy = policy or Policy()
    clock, files, lease = MemoryClock(), MemoryFiles(), timedelta(seconds=60)
    database = MemoryDatabase(clock, policy, lease)
    api, pixels, vision = MemoryMainAPI(files.disk), MemoryPixels(files.disk), MemoryVision()
    outages = MemoryOutages(clock, policy, database)
    reprocessing = MemoryReprocessing(clock, database)
    keys: Iterator[int] = count(1)
    world = World(
        api=api,
        leases=database,
        store=database,
        outages=outages,
        files=files,
        pixels=pixels,
        vision=vision,
        policy=policy,
        worker="memory-1",
        public_url="https://media.example",
        lease=lease,
        step_limit=timedelta(seconds=300),
        items_in_flight=1,
        disk_floor=0,
        clock=clock.seconds,
        chance=lambda: 1.0,
        new_key=lambda: f"key-{next(keys)}",
        stopping=threading.Event(),
        company=Company(),
        reprocessing=reprocessing,
    )
    return MemoryParts(clock, database, files, api, pixels, vision, outages, reprocessing, world)
