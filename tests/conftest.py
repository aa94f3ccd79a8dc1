"""What every test has: logs that go nowhere unless a test asks for them."""

from __future__ import annotations

import os
from collections.abc import Iterator

# numpy's threads as in the children, more only wait for each other; and no gRPC fork handlers: with Google's
# stand-in in our process they kill a child in 30 before it becomes its program.
os.environ.update({"OPENBLAS_NUM_THREADS": "1", "GRPC_ENABLE_FORK_SUPPORT": "0"})

import pytest
import structlog

from tests.mariadb import PrivateMariaDB, private_mariadb


@pytest.fixture(autouse=True)
def _quiet_logs() -> None:
    structlog.configure(processors=[_drop], cache_logger_on_first_use=False)


def _drop(*_: object) -> dict[str, object]:
    raise structlog.DropEvent


@pytest.fixture(scope="session")
def mariadb(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PrivateMariaDB]:
    """The session's own server, started when a first test asks for it. It ends in order, so that its files hold
    every row when what the run left is searched for secrets."""
    with private_mariadb(tmp_path_factory.mktemp("mariadb")) as server:
        yield server
        server.stop()
