"""The databases that one contract suite runs on: memory, a real SQLite file, a real MariaDB."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from itertools import count
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import Engine

from media_vm.adapters.database import DatabaseStore
from media_vm.adapters.engine import migrations_config, open_engine
from media_vm.adapters.leases import DatabaseLeases
from media_vm.adapters.outages import DatabaseOutages
from media_vm.ports import Leases, Outages, Store
from media_vm.rules.policy import Policy
from media_vm.testing import MemoryClock, MemoryDatabase, MemoryOutages
from media_vm.values import PendingImage, PendingList
from tests.mariadb import PrivateMariaDB

_NUMBERS = count(1)


@dataclass(frozen=True, slots=True)
class Box:
    """One database behind both ports. wait: let time pass for it."""

    leases: Leases
    store: Store
    outages: Outages
    wait: Callable[[timedelta], None]


def memory_box(policy: Policy, lease: timedelta) -> Box:
    """The database in memory; its time passes at once."""
    clock = MemoryClock()
    database = MemoryDatabase(clock, policy, lease)
    return Box(database, database, MemoryOutages(clock, policy, database), clock.advance)


def sqlite_engine(folder: Path) -> Engine:
    """A migrated SQLite file."""
    return migrated(f"sqlite:///{folder / 'media_vm.db'}")


def migrated_engine(kind: str, request: pytest.FixtureRequest) -> Engine:
    """A fresh migrated database: `sqlite` in the test's folder, `mariadb` in the session's own server."""
    return migrated(empty_database(kind, request))


def empty_database(kind: str, request: pytest.FixtureRequest) -> str:
    """The URL of a database without a single table."""
    name = f"oaf_media_{next(_NUMBERS)}"
    if kind == "sqlite":
        return f"sqlite:///{request.getfixturevalue('tmp_path') / name}.db"
    server: PrivateMariaDB = request.getfixturevalue("mariadb")
    return empty_mariadb(server, name)


def empty_mariadb(server: PrivateMariaDB, name: str = "oaf_media") -> str:
    """The URL of a new database on a server."""
    server.execute(f"CREATE DATABASE {name} CHARACTER SET utf8mb4")
    return server.url(name)


def migrated(url: str) -> Engine:
    """An engine on a database that `media-vm migrate` prepared."""
    command.upgrade(migrations_config(url), "head")
    return open_engine(url)


def real_box(engine: Engine, policy: Policy, lease: timedelta) -> Box:
    """A real database; its time passes by itself."""
    return Box(
        DatabaseLeases(engine, policy, lease),
        DatabaseStore(engine, policy),
        DatabaseOutages(engine, policy.backoff),
        lambda span: time.sleep(span.total_seconds()),
    )


def remembered(store: Store, *images: PendingImage) -> int:
    """Taken in as from a list that may be longer."""
    return store.remember(PendingList(images, is_whole=False), store.now())
