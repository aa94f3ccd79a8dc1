"""Two workers and a store, in every order that a machine can think of."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test
from sqlalchemy import event

from tests.faults.simulated import Simulated, simulated
from tests.faults.store_machine import StoreMachine

# A real database costs some milliseconds a write, so it tries fewer.
EXAMPLES = {"memory": 60, "sqlite": 6, "mariadb": 4}
STEPS = 30


@pytest.fixture(params=EXAMPLES)
def kind(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


@pytest.fixture
def sim(kind: str, request: pytest.FixtureRequest) -> Iterator[Simulated]:
    with simulated(kind, request) as one:
        if kind == "sqlite":  # its files need survive nothing

            @event.listens_for(one.engine, "connect")
            def be_quick(connection: object, _: object) -> None:
                connection.execute("PRAGMA synchronous=OFF")  # type: ignore[attr-defined]

        yield one


def test_nothing_that_two_workers_do_breaks_the_store(kind: str, sim: Simulated) -> None:
    """After each step: one holder an item, no write by another, nothing undone, nothing stuck; all ends well."""

    class Machine(StoreMachine):
        world = sim

    run_state_machine_as_test(
        Machine,
        settings=settings(
            max_examples=EXAMPLES[kind],
            stateful_step_count=STEPS,
            derandomize=True,
            database=None,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            # What fails on a real database is told as it is: to make it smaller would take minutes.
            phases=list(Phase) if kind == "memory" else [Phase.generate],
        ),
    )
