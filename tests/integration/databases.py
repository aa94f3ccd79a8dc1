"""The databases that one contract suite runs on: memory, a real SQLite file, a real MariaDB."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from itertools import count
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import Connection, Engine, NullPool, create_engine, make_url

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
_LEFT_BY_REVISIONS: dict[str, list[str]] = {}


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
    """An engine on a database that is as `media-vm migrate` leaves it."""
    prepare(url)
    return open_engine(url)


def prepare(url: str) -> None:
    """The tables that the revisions make, in an empty database. They run once in a process; after that what they
    left is made in one go, since hundreds of tests want a database of their own and revisions only become more."""
    product = make_url(url).get_backend_name()
    if product not in _LEFT_BY_REVISIONS:
        command.upgrade(migrations_config(url), "head")
        _LEFT_BY_REVISIONS[product] = _statements(url)
        return
    with closing(_connected(url)) as connection, connection.begin():
        for statement in _LEFT_BY_REVISIONS[product]:
            connection.exec_driver_sql(statement)


def _statements(url: str) -> list[str]:
    """What makes such a database anew."""
    with closing(_connected(url)) as connection:
        revision = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar_one()
        if connection.dialect.name == "sqlite":
            found = connection.exec_driver_sql(
                "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%' ORDER BY rowid"
            )
            statements = [str(row[0]) for row in found]
        else:
            names = [row[0] for row in connection.exec_driver_sql("SHOW TABLES")]
            made = [str(connection.exec_driver_sql(f"SHOW CREATE TABLE `{name}`").one()[1]) for name in names]
            statements = ["SET FOREIGN_KEY_CHECKS = 0", *(_without_count(one) for one in made)]
    return [*statements, f"INSERT INTO alembic_version (version_num) VALUES ('{revision}')"]


def _without_count(statement: str) -> str:
    """Ids begin at 1."""
    return re.sub(r" AUTO_INCREMENT=\d+", "", statement)


def _connected(url: str) -> Connection:
    """On a pool of its own, so that nothing that is set here lasts."""
    return create_engine(url, poolclass=NullPool).connect()


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
