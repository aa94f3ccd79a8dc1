"""What tests of real pictures share, those of vision models, of what models cost, and of `media-vm doctor`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from media_vm.forms import MODEL_PROVIDERS
from media_vm.imaging.pool import ChildPool
from media_vm.imaging.studio import Studio
from media_vm.rules.findings import Provider
from media_vm.testing import MemoryClock
from media_vm.testing.spending import MemorySpending
from tests.mariadb import PrivateMariaDB
from tests.stand_ins.model_server import ModelServer, model_server

if TYPE_CHECKING:  # the providers' libraries take a second to import, and most tests here have no need of them
    from tests.integration.boxes import MakeBox
    from tests.integration.databases import Box
    from tests.integration.doctors_home import Home, Others
    from tests.integration.storages import Storage
    from tests.model_endpoints import Eyes
    from tests.paid_vision import Desk


@pytest.fixture(scope="module")
def children() -> Iterator[ChildPool]:
    """One child for all tests of a module."""
    pool = ChildPool(1)
    yield pool
    pool.close()


@pytest.fixture(scope="module")
def studio(children: ChildPool) -> Studio:
    """A studio with the contract's limits."""
    return Studio(children)


@pytest.fixture
def server() -> Iterator[ModelServer]:
    """A model's server, which answers as it is told."""
    with model_server() as running:
        yield running


@pytest.fixture(params=MODEL_PROVIDERS)
def provider(request: pytest.FixtureRequest) -> Provider:
    """Each of the three dialects in turn."""
    found: Provider = request.param
    return found


@pytest.fixture
def seen(server: ModelServer, provider: Provider) -> Iterator[Eyes]:
    """A vision model before that server, and its bill."""
    from tests.model_endpoints import eyes

    with eyes(server, provider) as model:
        yield model


@pytest.fixture
def clock() -> MemoryClock:
    """Time that passes when it is told to."""
    return MemoryClock()


@pytest.fixture
def spending(clock: MemoryClock) -> MemorySpending:
    """A cap of a dollar a day."""
    from tests.paid_vision import CAP, PRICES

    return MemorySpending(clock, PRICES, CAP)


@pytest.fixture
def at(clock: MemoryClock, spending: MemorySpending) -> Iterator[Desk]:
    """Google and a model behind the till, within that cap."""
    from tests.paid_vision import desk

    with desk(clock, spending=spending) as made:
        yield made


@pytest.fixture(scope="session")
def others(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Others]:
    """Whoever the doctor asks over the network."""
    from tests.integration import doctors_home

    with doctors_home.others(tmp_path_factory.mktemp("papers")) as running:
        yield running


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, others: Others) -> Iterator[Home]:
    """What the doctor has nothing to say of, until a test breaks a part."""
    from tests.integration.doctors_home import set_up

    with set_up(tmp_path, monkeypatch, others) as made:
        yield made


@pytest.fixture(scope="session")
def doctors_database(mariadb: PrivateMariaDB) -> str:
    """The URL of a migrated one on MariaDB, which every test leaves as it was."""
    from tests.integration.databases import empty_mariadb, prepare

    prepare(url := empty_mariadb(mariadb, "doctors_own"))
    return url


@pytest.fixture(params=["memory", "sqlite", "mariadb"])
def storage(request: pytest.FixtureRequest) -> Iterator[Storage]:
    """Empty, with a worker's world around it."""
    from tests.integration.storages import storage_of

    with storage_of(request.param, request) as made:
        yield made


@pytest.fixture(params=["memory", "sqlite", "mariadb"])
def make_box(request: pytest.FixtureRequest) -> Iterator[MakeBox]:
    """A box by the length of its leases."""
    from tests.integration.boxes import boxes

    with boxes(request.param, request) as made:
        yield made


@pytest.fixture
def box(make_box: MakeBox) -> Box:
    """Whose leases outlive every test."""
    from tests.integration.boxes import LEASE

    return make_box(LEASE)
